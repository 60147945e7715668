import { createHmac, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Webhook } from 'standardwebhooks'
import { parseJson } from '../../kernel/json.ts'
import { isSecret } from './schema.ts'

/** What a webhook's receiver gets: an event without its place in the feed. */
export interface Message {
  id: string
  type: string
  timestamp: string
  data: object
}

/** A request's headers and its raw body, over which they sign. */
export interface SignedRequest {
  headers: Record<string, string>
  body: string
}

// Sources and build lie equally deep below it.
const { version } = parseJson(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

/** `sha256=HEX`: HMAC-SHA256 of the body, keyed by the secret's text as shown. */
const sha256Of = (body: string, secret: string): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

/**
 * A message as it is sent, signed by each of `secrets` (newest first, at least one) in both ways: by Standard Webhooks'
 * headers, and by `X-Webhook-Signature`.
 */
export function signedRequest(
  { id, type, timestamp, data }: Message,
  secrets: readonly string[],
  now: Date,
): SignedRequest {
  const body = JSON.stringify({ id, type, timestamp, data })
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': `Cairn-Codex-Webhooks/${version}`,
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, now, body)).join(' '),
      'x-webhook-signature': secrets.map((secret) => sha256Of(body, secret)).join(','),
    },
  }
}

const equal = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** Whether any is equal, at a time that does not tell which. */
const oneEquals = (given: readonly string[], expected: string): boolean =>
  given.map((each) => equal(each, expected)).includes(true)

/** Whether a value of `X-Webhook-Signature` is the secret's over this body. */
export const isSha256Signature = (signature: string, body: string, secret: string): boolean =>
  oneEquals(
    signature.split(',').map((each) => each.trim()),
    sha256Of(body, secret),
  )

/** Whether a value of `webhook-signature` is the secret's over this body, id and time (Unix seconds). */
export function isStandardSignature(
  signature: string,
  body: string,
  secret: string,
  { id, timestamp }: { id: string; timestamp: number },
): boolean {
  if (!isSecret(secret)) return false
  const expected = new Webhook(secret).sign(id, new Date(timestamp * 1000), body)
  return oneEquals(signature.split(' '), expected)
}
