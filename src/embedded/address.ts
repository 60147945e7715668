import { chown, mkdtemp, rm, rmdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { mayEnter } from './account.ts'
import type { Account } from './program.ts'

/** Where a server listens. `host` is a directory (that of its socket) when it begins with a slash. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** Only the name of the socket: each server has a directory of its own. */
const SOCKET_PORT = 5432
/** The system's limit is 104 bytes (macOS) or 108 (Linux), a final zero included. */
const MAX_SOCKET_PATH = 100
const SHORT = 'cairn-'

/**
 * Where the server of `cluster` is to listen: on a socket in the cluster, which is open to its user alone. Where that
 * path is too long for a socket, in a new directory of the same kind below one of `temporary`; and where there are no
 * sockets, or none is short enough, on a free port of the loopback.
 */
export async function chooseAddress(
  cluster: string,
  account: Account | undefined,
  temporary: readonly string[] = [tmpdir(), '/tmp'],
): Promise<Address> {
  if (process.platform === 'win32') return freePort()
  if (fits(cluster)) return { host: cluster, port: SOCKET_PORT }
  for (const parent of temporary) {
    if (!fits(join(parent, `${SHORT}XXXXXX`)) || (account && !(await mayEnter(account, parent)))) continue
    const host = await mkdtemp(join(parent, SHORT))
    if (account) await chown(host, account.uid, account.gid)
    return { host, port: SOCKET_PORT }
  }
  return freePort()
}

const fits = (directory: string): boolean =>
  Buffer.byteLength(join(directory, `.s.PGSQL.${SOCKET_PORT}`)) <= MAX_SOCKET_PATH

const freePort = (): Promise<Address> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address()
      server.close(() =>
        typeof bound === 'object' && bound
          ? resolve({ host: '127.0.0.1', port: bound.port })
          : reject(new Error('the system named no free port')),
      )
    })
  })

/** The socket's path and that of its lock file; none for a port. */
const socketFiles = ({ host, port }: Address): string[] => {
  if (!host.startsWith('/')) return []
  const socket = join(host, `.s.PGSQL.${port}`)
  return [socket, `${socket}.lock`]
}

/** Removes what a dead server left where it listened, its directory too where `chooseAddress` had made one for it. */
export async function removeAddress(cluster: string, address: Address): Promise<void> {
  for (const file of socketFiles(address)) await rm(file, { force: true })
  // The name comes out of a file that PostgreSQL's user may write, and we may be root: no more than an empty directory.
  if (address.host.startsWith('/') && address.host !== cluster && basename(address.host).startsWith(SHORT))
    await rmdir(address.host).catch(() => undefined)
}

/** The settings that make a server listen there and nowhere else. */
export const settingsOf = ({ host, port }: Address): Record<string, string> => ({
  listen_addresses: host.startsWith('/') ? '' : host,
  // A list, its elements quoted since a path may hold commas and blanks.
  unix_socket_directories: host.startsWith('/') ? `"${host.replaceAll('"', '""')}"` : '',
  unix_socket_permissions: '0700',
  port: String(port),
})

/** The URL of a database there. TLS is switched off, whatever `PGSSLMODE` says: nothing leaves this machine. */
export const urlOf = ({ host, port }: Address, user: string, password: string, database: string): string =>
  `postgresql://${user}:${password}@${encodeURIComponent(host)}:${port}/${database}?sslmode=disable`
