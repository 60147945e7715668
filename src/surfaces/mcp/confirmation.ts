import { createHmac, timingSafeEqual } from 'node:crypto'
import { Problem } from '../../kernel/problem.ts'

/** How long a confirmation holds. */
const MILLISECONDS = 10 * 60_000

/** What is confirmed: a call of a tool, by a caller. */
export interface Confirmable {
  readonly caller: string
  readonly tool: string
  readonly input: Readonly<Record<string, unknown>>
}

const sign = (key: Buffer, until: string, { caller, tool, input }: Confirmable): string =>
  createHmac('sha256', key)
    .update(
      JSON.stringify([
        'confirm',
        until,
        caller,
        tool,
        Object.entries(input).sort(([a], [b]) => (a < b ? -1 : 1)),
      ]),
    )
    .digest()
    .subarray(0, 9)
    .toString('base64url')

/** A token that confirms exactly this call of this caller, for ten minutes. */
export function makeConfirmation(key: Buffer, call: Confirmable): string {
  const until = (Date.now() + MILLISECONDS).toString(36)
  return `${until}.${sign(key, until, call)}`
}

/** Throws `confirmation_invalid` (409) unless the token was made for exactly this call, and lately. */
export function requireConfirmation(key: Buffer, call: Confirmable, token: string): void {
  const [until = '', signature = ''] = token.split('.')
  const given = Buffer.from(signature)
  const expected = Buffer.from(sign(key, until, call))
  const fits = given.length === expected.length && timingSafeEqual(given, expected)
  if (!fits || Number.parseInt(until, 36) < Date.now())
    throw new Problem(
      'confirmation_invalid',
      409,
      'This confirm is not, or no longer, that of this call; call again without it for a new one.',
    )
}
