import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'

/**
 * What is left of a server when everything is left out: a row by its id, as JSON, by Node's own HTTP and the same driver. No key,
 * nothing parsed or checked, no log, no limits. A process of its own, as ours is; it tells its address to whoever forked it, and
 * ends with them.
 *
 * Its arguments: the database's URL, the statement, its first parameter.
 */
const [databaseUrl, statement, tenant] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString: databaseUrl!, max: 10 })
const server = createServer((request, response) => {
  const id = request.url!.slice(request.url!.lastIndexOf('/') + 1)
  pool.query({ name: 'least', text: statement!, values: [tenant, id] }).then(
    ({ rows }) => response.setHeader('content-type', 'application/json').end(JSON.stringify(rows[0])),
    (error: unknown) => response.writeHead(500).end(String(error)),
  )
})
server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit(0))
