import { isIP } from 'node:net'

/** Whether a host is this machine's own loopback. */
export const isLoopback = (name: string): boolean =>
  name === 'localhost' || name === '::1' || name === '[::1]' || (isIP(name) === 4 && name.startsWith('127.'))
