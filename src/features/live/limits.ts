import { setting, wholeNumber } from '../../kernel/settings.ts'

export const socketsPerKey = setting({
  name: 'CAIRN_SOCKETS_PER_KEY',
  description: 'WebSockets of one key at most',
  fallback: '1000',
  parse: wholeNumber(1, 1_000_000),
})

/** How long live updates wait for a client, and how much they hold for it. Tests shorten them. */
export interface Limits {
  /** Until the first message has arrived. */
  readonly helloMilliseconds: number
  /** Between two pings; a connection that has answered none of the last two is ended. */
  readonly pingMilliseconds: number
  /** Between two looks at a key that is in use. */
  readonly keyMilliseconds: number
  /** Between two looks at the record that nothing asked for. */
  readonly pollMilliseconds: number
  /** How long a full buffer may stand still. */
  readonly stallMilliseconds: number
  /** Bytes that may wait for the network before a socket is given no more. */
  readonly highWaterBytes: number
  /** What is kept of a tenant's last events for the sockets that follow closely. */
  readonly ringEvents: number
  readonly ringBytes: number
}

/**
 * A key's look-up is believed for half a second, so that a revoked key's socket is closed within three quarters of one,
 * and the time of a look-up.
 */
export const LIMITS: Limits = {
  helloMilliseconds: 10_000,
  pingMilliseconds: 20_000,
  keyMilliseconds: 250,
  pollMilliseconds: 1_000,
  stallMilliseconds: 5_000,
  highWaterBytes: 256 * 1024,
  ringEvents: 1_000,
  ringBytes: 4 * 1024 * 1024,
}
