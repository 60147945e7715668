import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { hostname } from 'node:os'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import type { Assembly } from '../../kernel/application.ts'
import { Problem } from '../../kernel/problem.ts'
import { catalogueOf } from '../mcp/catalogue.ts'
import type { Door } from '../mcp/door.ts'
import { makeMcpServer } from '../mcp/server.ts'
import { AnswerLost, EXIT, Unreachable } from './faults.ts'
import type { Output } from './output.ts'
import type { Remote } from './remote.ts'
import { stopSignals } from './stopping.ts'

/** The operations of another server, by its HTTP routes: the same checks, and the same problems, as anybody else's. */
function doorOf(remote: Remote, output: Output): Door {
  return {
    caller: 'the client of this process',
    // Who confirms is this process's own client, and what it confirms is done by this process.
    key: randomBytes(32),
    userOf: (client) => ({ worker: `${client}@${hostname()}`.slice(0, 200), client }),
    failed: (error) =>
      output.note(`cairn: failed: ${error instanceof Error ? String(error.cause) : String(error)}`),
    async invoke(operation, input, { signal, idempotencyKey }) {
      try {
        const { body, next } = await remote.request(operation, input, {
          signal,
          ...(operation.http.method === 'POST' && idempotencyKey !== undefined ? { idempotencyKey } : {}),
        })
        return { body, more: next !== undefined }
      } catch (error) {
        if (error instanceof Unreachable) throw new Problem('server_unreachable', 503, error.message)
        if (error instanceof AnswerLost) throw new Problem('answer_lost', 504, error.message)
        throw error
      }
    },
  }
}

/**
 * `cairn mcp`: serves the tools over stdin and stdout, for a client on this machine, and does what they ask on the server
 * of the settings. It ends with its client. stdout is the protocol's alone. Throws UsageError when there is no key.
 */
export async function serveMcp(remote: Remote, assembly: Assembly, output: Output): Promise<number> {
  remote.requireKey()
  const catalogue = catalogueOf(assembly)
  const door = doorOf(remote, output)
  const handle = serveStdio(() => makeMcpServer(catalogue, door), {
    onerror: (error) => output.note(`cairn: mcp: ${error.message}`),
  })
  await Promise.race([once(process.stdin, 'end'), once(process.stdin, 'close'), stopSignals().first])
  await handle.close()
  return EXIT.done
}
