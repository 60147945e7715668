import { randomBytes } from 'node:crypto'
import { z } from 'zod'

const PREFIX = 'whsec_'
const LEAST_BYTES = 24
const MOST_BYTES = 64

/** Whether a text is a secret of Standard Webhooks: `whsec_` and the base64 of 24 to 64 bytes. */
export function isSecret(text: string): boolean {
  if (!text.startsWith(PREFIX)) return false
  const base64 = text.slice(PREFIX.length)
  const bytes = Buffer.from(base64, 'base64')
  // Node decodes whatever it can; what is spelled otherwise is read otherwise by others.
  return bytes.length >= LEAST_BYTES && bytes.length <= MOST_BYTES && bytes.toString('base64') === base64
}

/** A secret that a caller brings. */
export const Secret = z
  .string()
  .max(100)
  .refine(isSecret, `must be ${PREFIX} and the base64 of ${LEAST_BYTES} to ${MOST_BYTES} bytes`)
  .meta({
    description: `${PREFIX} and the base64 of ${LEAST_BYTES} to ${MOST_BYTES} bytes; made by the server unless given`,
    examples: ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'],
  })

/** A new secret of 32 random bytes. */
export const newSecret = (): string => `${PREFIX}${randomBytes(32).toString('base64')}`
