import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../eventually.ts'

const PROGRAM = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer'].find(existsSync)

/** Why there is no pgbouncer to test with; undefined where there is one. */
export const withoutPgbouncer = PROGRAM ? undefined : 'pgbouncer is not installed here'

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/**
 * A pgbouncer in transaction mode before the database at `url`; answers the URL through it. It has few connections, so
 * that clients share them, and takes what Debian's packaged configuration takes, besides what it is told to ignore.
 * Started by root, it runs as the user postgres.
 */
export async function startPgbouncer(
  url: string,
  ignored: readonly string[] = [],
): Promise<{ url: string; stop(): Promise<void> }> {
  const { hostname, port, username, password, pathname } = new URL(url)
  const directory = await mkdtemp(join(tmpdir(), 'cairn-pgbouncer-'))
  await chmod(directory, 0o755)
  const listenPort = await freePort()
  const to = `host=${decodeURIComponent(hostname)} port=${port || 5432} user=${username} password=${decodeURIComponent(password)}`
  const configuration = join(directory, 'pgbouncer.ini')
  const lines = [
    '[databases]',
    `* = ${to}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${listenPort}`,
  ]
  const more = [
    'unix_socket_dir =',
    'auth_type = any',
    'pool_mode = transaction',
    'default_pool_size = 4',
    `ignore_startup_parameters = ${['extra_float_digits', ...ignored].join(',')}`,
  ]
  await writeFile(configuration, [...lines, ...more, ''].join('\n'))
  const asUser = process.getuid?.() === 0 ? ['-u', 'postgres'] : []
  const child = spawn(PROGRAM!, [...asUser, configuration], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'exit')
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  await eventually(`pgbouncer listens`, () => {
    if (child.exitCode !== null) throw new Error(`pgbouncer ended: ${said}`)
    return said.includes('process up')
  })
  return {
    url: `postgresql://${username}:any@127.0.0.1:${listenPort}${pathname}?sslmode=disable`,
    async stop() {
      child.kill('SIGTERM')
      await ended
      await rm(directory, { recursive: true })
    },
  }
}
