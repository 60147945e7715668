import { hash, randomBytes, randomInt } from 'node:crypto'

const VISIBLE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const WELL_FORMED = /^cairn_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{43}$/

/** Whether a text could be one of our keys: what is not needs no look into the database. */
export const isWellFormed = (key: string): boolean => WELL_FORMED.test(key)

/**
 * What is stored of a key. SHA-256 and no slow hash: those make up for secrets that people choose, and these are 256
 * random bits, which nobody can guess at whatever speed; so a request need not pay for one.
 */
export const hashOf = (key: string): Buffer => hash('sha256', key, 'buffer')

/** A new key: `cairn_`, eight characters that stay visible, and 32 random bytes. */
export function newSecret(): { key: string; prefix: string; hash: Buffer } {
  const prefix = `cairn_${Array.from({ length: 8 }, () => VISIBLE[randomInt(VISIBLE.length)]).join('')}`
  const key = `${prefix}_${randomBytes(32).toString('base64url')}`
  return { key, prefix, hash: hashOf(key) }
}
