import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { identityOf } from '../../embedded/index.ts'
import { parseJson } from '../../kernel/json.ts'
import { SettingsError, type Settings } from '../../kernel/settings.ts'
import { host, port } from '../http/settings.ts'
import { dataDirectory } from './settings.ts'

/** Where the server of a data directory says that it listens, for the command line. */
export const serverFile = (settings: Settings): string =>
  path.resolve(settings.get(dataDirectory), 'server.json')

/**
 * What the running server of this data directory says of itself: undefined when none runs, or none says so. One that was killed
 * could not take back what it said; by now its port, and the key that would be sent there, may be another program's.
 */
export function announcedServer(settings: Settings): { url: string; pid: number } | undefined {
  try {
    const said = parseJson(readFileSync(serverFile(settings), 'utf8')) as Record<string, unknown>
    const { url, pid, identity } = said
    if (typeof url !== 'string' || typeof pid !== 'number' || typeof identity !== 'string') return undefined
    return identityOf(pid) === identity ? { url, pid } : undefined
  } catch {
    return undefined
  }
}

/** Says where this process listens. */
export function announceServer(settings: Settings, url: string): void {
  const file = serverFile(settings)
  const said = { url, pid: process.pid, identity: identityOf(process.pid) }
  writeFileSync(`${file}.unfinished`, JSON.stringify(said), { mode: 0o600 })
  renameSync(`${file}.unfinished`, file)
}

/** Takes the announcement back, where it is ours. */
export function withdrawServer(settings: Settings): void {
  if (announcedServer(settings)?.pid === process.pid) rmSync(serverFile(settings), { force: true })
}

/** Fails before anything is started when the address can't be listened on. Throws SettingsError. */
export const requireFreeAddress = (settings: Settings): Promise<void> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error) => reject(listenFault(settings, error)))
    probe.listen(settings.get(port), settings.get(host), () => probe.close(() => resolve()))
  })

/** Why listening failed, in the words of the settings; what is no fault of theirs is returned as it is. */
export function listenFault(settings: Settings, error: NodeJS.ErrnoException): Error {
  const address = `${settings.get(host)}:${settings.get(port)}`
  switch (error.code) {
    case 'EADDRINUSE': {
      const other = announcedServer(settings)
      const holder = other?.url.endsWith(`:${settings.get(port)}`)
        ? `by the Cairn Codex of this data directory (process ${other.pid})`
        : 'by another program'
      return new SettingsError([`${address} is taken ${holder}; stop it, or set PORT to a free port.`])
    }
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new SettingsError([`HOST ${settings.get(host)} is no address of this machine.`])
    case 'EACCES':
      return new SettingsError([`Listening on ${address} is not permitted; set PORT to 1024 or more.`])
    default:
      return error
  }
}

/** The address at which this machine reaches a server that listens there: its loopback where that is all of them. */
export function urlOf({ address, family, port: bound }: AddressInfo): string {
  const reachable = ['0.0.0.0', '::'].includes(address) ? '127.0.0.1' : address
  return `http://${family === 'IPv6' && reachable.includes(':') ? `[${reachable}]` : reachable}:${bound}`
}
