import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Operation } from '../../kernel/operation.ts'
import { Problem } from '../../kernel/problem.ts'
import { Unreachable } from './faults.ts'

/** What the server answered. */
export interface RemoteAnswer {
  readonly status: number
  /** The parsed body; null where there is none. */
  readonly body: unknown
  /** Path and query of the next page, where there is one. */
  readonly next: string | undefined
}

/** For how long a call is sent again: a server that died holds its Idempotency-Keys for 12 seconds. */
const PATIENCE_SECONDS = 20

/** How long an attempt may take: a call waits on the server for 30 seconds at most. */
export const ATTEMPT_SECONDS = 45

/** An attempt that was sent, and got no whole answer. The message is the reason. */
export class Lost extends Error {
  /** Nothing was said for the whole of an attempt's time: another one would be as long. */
  readonly silent: boolean

  constructor(reason: string, { silent = false, ...options }: ErrorOptions & { silent?: boolean } = {}) {
    super(reason, options)
    this.silent = silent
  }
}

/** Node's words for a connection that was never made: whatever the call would have done, it was not done. */
const NEVER_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT)$|CERT|LEAF_SIGNATURE|WRONG_VERSION/

/** Whether a failed `fetch` never reached the server. */
export function wasNeverSent(error: unknown): boolean {
  const { cause } = error as { cause?: NodeJS.ErrnoException }
  const { code = '', syscall = '', message = '' } = cause ?? {}
  return syscall === 'connect' || NEVER_SENT.test(code) || message === 'bad port'
}

export const newIdempotencyKey = (): string => randomBytes(16).toString('hex')

/** Milliseconds before the next try, scattered, so that a crowd does not come at once. */
const backoff = (attempt: number): number =>
  Math.min(5_000, 100 * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2)

/** A call, as far as it decides whether it may be sent again. */
export interface Sending {
  readonly method: Operation['http']['method']
  /** A replay of its answer lacks a secret that the first one had. */
  readonly secret?: boolean
  /** A version, or `*`. */
  readonly ifMatch?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** Whether sending it twice does no more than sending it once, and answers as much: a POST has its Idempotency-Key. */
export const isRepeatable = ({ method, secret = false, ifMatch = '*' }: Sending): boolean =>
  method === 'PATCH' ? ifMatch !== '*' : !secret

/** Whether the same call may be answered otherwise a moment later. */
const isForNow = ({ status, code }: Problem): boolean =>
  status === 503 || status === 429 || code === 'idempotency_in_flight'

function mayTryAgain(error: unknown, lost: boolean, sending: Sending): boolean {
  if (error instanceof Lost) return !error.silent && isRepeatable(sending)
  // Where nothing listens at the first try nothing will; after a lost answer the server may be starting again.
  return error instanceof Problem ? isForNow(error) : lost && error instanceof Unreachable
}

/**
 * Makes attempts until one is answered, by the rules of the client library: again after a lost answer, where a call does not do
 * more when it comes twice, and after a refusal for now. Throws Lost where it may have been done, and nobody knows.
 */
export async function sendUntilAnswered(
  attempt: () => Promise<RemoteAnswer>,
  sending: Sending,
  patienceSeconds = PATIENCE_SECONDS,
): Promise<RemoteAnswer> {
  const { signal } = sending
  let deadline = Infinity
  let lost: Lost | undefined
  for (let tries = 1; ; tries++)
    try {
      return await attempt()
    } catch (error) {
      signal?.throwIfAborted()
      if (tries === 1) deadline = performance.now() + patienceSeconds * 1000
      if (error instanceof Lost) lost = error
      const wait = backoff(tries) + (error instanceof Problem ? (error.retryAfter ?? 0) * 1000 : 0)
      if (!mayTryAgain(error, lost !== undefined, sending) || performance.now() + wait > deadline) {
        if (lost && sending.method !== 'GET') return outcomeAfter(lost, error, sending)
        throw error
      }
      await sleep(wait, undefined, { signal })
    }
}

/** What the last attempt at a change means, when the answer to one before it was lost. */
function outcomeAfter(lost: Lost, last: unknown, { method }: Sending): RemoteAnswer {
  if (!(last instanceof Problem) || isForNow(last)) throw lost
  // Under its Idempotency-Key a POST is refused as it was at first.
  if (method === 'POST') throw last
  if (method === 'DELETE' && last.status === 404) return { status: 204, body: null, next: undefined }
  throw new Problem(
    last.code,
    last.status,
    `${last.detail} The answer to an attempt before this one was lost: it may have done what this one was refused for.`,
    last.extra,
  )
}
