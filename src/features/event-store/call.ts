import { Agent, request } from 'undici'

/** What the other side says beyond this is of no use to anybody. */
const KEPT_BYTES = 64 * 1024
const LONGEST_RETRY_AFTER = 600_000

const agent = new Agent({ connect: { timeout: 10_000 } })

export interface Call {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** For everything: connecting, sending, and the whole answer. */
  readonly milliseconds: number
  /** Ends the call at once; what the signal was aborted with is thrown then. */
  readonly signal: AbortSignal
}

export interface Answer {
  readonly status: number
  /** The beginning of the body; empty where it did not come. */
  readonly text: string
  /** Milliseconds that the other side asks to be left alone; at most 10 minutes. */
  readonly retryAfter: number | undefined
  header(name: string): string | undefined
}

/** Nothing was answered: no connection, a connection that was cut, or silence. The message is a part of a sentence. */
export class NoAnswer extends Error {}

const faultOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return error.message && !error.message.includes(code) ? `${error.message} (${code})` : error.message || code
}

/** Retry-After is seconds or a date (RFC 9110, section 10.2.3). */
function retryAfterOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const wait = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now()
  return wait > 0 ? Math.min(wait, LONGEST_RETRY_AFTER) : undefined
}

async function beginningOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  // The status was the answer; a body that is cut or too long takes nothing from it.
  try {
    for await (const chunk of body) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= KEPT_BYTES) break
    }
  } catch {
    return ''
  }
  return Buffer.concat(chunks).toString('utf8', 0, KEPT_BYTES)
}

/** Calls an address that the operator set. A redirect is an answer like any other. Throws NoAnswer. */
export async function send({ milliseconds, signal, url, ...options }: Call): Promise<Answer> {
  const late = AbortSignal.timeout(milliseconds)
  try {
    const { statusCode, headers, body } = await request(url, {
      ...options,
      dispatcher: agent,
      signal: AbortSignal.any([signal, late]),
    })
    const header = (name: string): string | undefined => [headers[name]].flat()[0]
    const text = await beginningOf(body)
    return { status: statusCode, text, header, retryAfter: retryAfterOf(header('retry-after')) }
  } catch (error) {
    signal.throwIfAborted()
    throw new NoAnswer(late.aborted ? `no answer within ${milliseconds / 1_000} s` : faultOf(error), {
      cause: error,
    })
  }
}

/** The first 200 characters of what the other side said, on one line and without the secrets that it may repeat. */
export function quote(text: string, secrets: readonly string[]): string {
  const concealed = secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text)
  return concealed
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 200)
    .toWellFormed()
}
