import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { TLSSocket } from 'node:tls'
import { after, test } from 'node:test'
import { loadSettings } from '../../kernel/settings.ts'
import { openDatabase } from './database.ts'
import { allSettings } from './settings.ts'
import { Workplace } from './testing.ts'

const place = new Workplace()
after(() => place.close())

const open = (settings: Readonly<Record<string, string>>) =>
  openDatabase(loadSettings(allSettings, settings), () => undefined)

test(
  'each start says where the database of root below a closed directory really is',
  { skip: process.getuid?.() === 0 ? false : 'only root has a database elsewhere' },
  async () => {
    const closed = path.join(place.directory, 'closed')
    mkdirSync(closed)
    chmodSync(closed, 0o700)
    const dataDir = path.join(closed, 'data')
    let cluster = ''
    try {
      for (const start of ['first', 'second']) {
        const database = await open({ CAIRN_DATA_DIR: dataDir })
        await database.stop()
        cluster = readFileSync(path.join(dataDir, 'postgres.location'), 'utf8').trim()
        assert.equal(database.place, `embedded, in ${cluster}, which ${dataDir} leads to`, start)
      }
    } finally {
      if (cluster) rmSync(path.dirname(cluster), { recursive: true })
    }
  },
)

test('a database within its data directory is said to be there', async () => {
  const dataDir = path.join(place.directory, 'open')
  const database = await open({ CAIRN_DATA_DIR: dataDir })
  await database.stop()
  assert.equal(database.place, `embedded, in ${dataDir}`)
})

/** A certificate that nobody signed but itself, for 127.0.0.1, and its key: for this test alone. */
const SELF_SIGNED = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNYeQn8zEd1qhm8cU
EN1eRjb43oUxGn2BhOFuX/dJyG2hRANCAASUekLRd9TKb+TVOfE5nZwGf3ZptGHI
oGwDFVpjFf3Q9oUaMyT4kgW+r9OIga/efR6yNyUR7U4dO35mhbtXjwBu
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBkjCCATigAwIBAgIUdXitXWgzG5Y0kOYTEiXX/GdvTb4wCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKY2Fpcm4tdGVzdDAgFw0yNjExMjcxMDMzNDlaGA8yMTI2MTEw
MzEwMzM0OVowFTETMBEGA1UEAwwKY2Fpcm4tdGVzdDBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABJR6QtF31Mpv5NU58TmdnAZ/dmm0YcigbAMVWmMV/dD2hRozJPiS
Bb6v04iBr959HrI3JRHtTh07fmaFu1ePAG6jZDBiMB0GA1UdDgQWBBSELP7rKmsD
i2ZdScnfIJbVKSMp5jAfBgNVHSMEGDAWgBSELP7rKmsDi2ZdScnfIJbVKSMp5jAP
BgNVHRMBAf8EBTADAQH/MA8GA1UdEQQIMAaHBH8AAAEwCgYIKoZIzj0EAwIDSAAw
RQIhAKawzFBv2zVIXdfoJhdi3ERTcpDWQNbWza2XxnaWCLBoAiAIA60VyBlx2IQQ
gZGgwhxSD9RvOc1aJH2HTjjXbHlRcg==
-----END CERTIFICATE-----`,
}

test('a database whose certificate is not trusted is refused with what to set, and without a warning of the driver', async () => {
  let encrypted = 0
  // As far as PostgreSQL's own handshake goes: what comes over TLS is counted, and not answered.
  const database = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      socket.write('S')
      const secure = new TLSSocket(socket, { isServer: true, ...SELF_SIGNED })
      secure.on('error', () => undefined)
      secure.once('data', () => {
        encrypted++
        secure.destroy()
      })
    })
  }).listen(0, '127.0.0.1')
  await once(database, 'listening')
  const { port } = database.address() as AddressInfo
  const connect = (query: string) =>
    place.run(['migrate', 'status'], { DATABASE_URL: `postgresql://me@127.0.0.1:${port}/cairn?${query}` })
  const file = path.join(place.directory, 'root.crt')
  writeFileSync(file, SELF_SIGNED.cert)

  const refused = await connect('sslmode=require')
  assert.equal(refused.code, 2)
  assert.match(
    refused.stderr,
    /^cairn: wrong_settings: The certificate of [^\n]*sslmode=require is not trusted [^\n]* sslrootcert=FILE [^\n]*sslmode=no-verify [^\n]*\n$/,
  )
  assert.equal(encrypted, 0)
  for (const query of ['sslmode=no-verify', `sslmode=require&sslrootcert=${file}`])
    assert.match((await connect(query)).stderr, /^cairn: failed: [^\n]* cannot be reached [^\n]*\n$/)
  assert.equal(encrypted, 2)
  database.close()
})
