import { backoff, pause } from './pause.ts'

// When a call is sent again: for this client, and for whoever calls a Cairn Codex server by other means than `Cairn`.

/** A call, as far as it decides whether it may be sent again. */
export interface Sending {
  /** A POST has an Idempotency-Key, unless to do it twice does no harm. */
  readonly method: string
  /** What If-Match says: a version, or `*`. */
  readonly ifMatch?: string | null | undefined
  /** A replay of its answer lacks a secret that the first one had. */
  readonly secret?: boolean | undefined
  /** Ends the call at once, with its reason. */
  readonly signal?: AbortSignal | undefined
}

/**
 * What an attempt came to.
 * - `unreached`: no server got it, and nothing was done.
 * - `lost`: it was sent and got no whole answer: it may have been done.
 * - `silent`: lost, after all the time that an attempt may take.
 * - `for_now`: the same call may be answered otherwise a moment later.
 * - `foreign`: what answered is no Cairn Codex server.
 * - `final`: the server refused it.
 */
export type Failing = 'unreached' | 'lost' | 'silent' | 'for_now' | 'foreign' | 'final'

/** An attempt that failed. */
export class Failed<Reason> {
  readonly failing: Failing
  readonly reason: Reason
  /** The HTTP status; 0 where there was no answer. */
  readonly status: number
  /** Seconds to wait, where the server says so. */
  readonly retryAfter: number

  constructor(
    failing: Failing,
    reason: Reason,
    { status = 0, retryAfter }: { status?: number; retryAfter?: number | undefined } = {},
  ) {
    this.failing = failing
    this.reason = reason
    this.status = status
    this.retryAfter = retryAfter ?? 0
  }

  get isLost(): boolean {
    return this.failing === 'lost' || this.failing === 'silent'
  }
}

/** How long a call is sent again. */
export interface Patience {
  readonly seconds: number
  /**
   * Somebody waits who can do something about it: given up at once is a server that does not listen, and never did, and an
   * attempt that heard nothing. The seconds count from the first failure, not from the start: a first attempt may take long.
   */
  readonly attended?: boolean
}

/** What sending a call came to. */
export type Sent<Answer, Reason> =
  /** There is no answer where an attempt whose answer was lost had deleted what was to be deleted. */
  | { readonly answer: Answer | undefined }
  | {
      /** Why the last attempt failed. */
      readonly reason: Reason
      /** Why the last one was lost that was. */
      readonly lost: Reason | undefined
      /** `may_be_done`: nobody knows. `by_itself`: an attempt that was lost may have done what the last was refused for. */
      readonly doubt: 'none' | 'may_be_done' | 'by_itself'
    }

/** Words of Node's for a connection that was never made; browsers tell of none. */
const NEVER_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT)$|CERT|LEAF_SIGNATURE|WRONG_VERSION/

/** Whether a `fetch` that failed never reached the server: whatever the call would have done, it was not done. */
export function wasNeverSent(error: unknown): boolean {
  const { cause } = error as { cause?: unknown }
  const {
    code = '',
    syscall,
    message,
  } = (cause ?? error) as { code?: string; syscall?: string; message?: string }
  return syscall === 'connect' || NEVER_SENT.test(code) || message === 'bad port'
}

/** Who got no answer of the server, and cannot say what that did. */
export const isOfGateway = (status: number): boolean => status === 502 || status === 504

/** What an answer that is none of success means. `code` is that of its problem document, undefined where it is none. */
export function failingOf({ status, code }: { status: number; code?: string | undefined }): Failing {
  if (isOfGateway(status) || code === 'outcome_unknown') return 'lost'
  if (status === 503 || status === 429 || code === 'idempotency_in_flight') return 'for_now'
  return code === undefined ? 'foreign' : 'final'
}

/** 128 random bits; `crypto.randomUUID` is missing on pages that are not served by HTTPS. */
export const newIdempotencyKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  )

/** Whether sending it twice does no more than sending it once, and answers as much. */
export const isRepeatable = ({ method, ifMatch, secret = false }: Sending): boolean =>
  method === 'PATCH' ? (ifMatch ?? '*') !== '*' : !secret

function maySendAgain(
  { failing }: Failed<unknown>,
  anyLost: boolean,
  sending: Sending,
  attended: boolean,
): boolean {
  switch (failing) {
    case 'lost':
      return isRepeatable(sending)
    case 'silent':
      return !attended && isRepeatable(sending)
    case 'for_now':
      return true
    // After a lost answer the server may be starting again.
    case 'unreached':
      return !attended || anyLost
    case 'foreign':
      return anyLost
    case 'final':
      return false
  }
}

/** What the last attempt means, beside those before it. */
function outcomeOf<Answer, Reason>(
  last: Failed<Reason>,
  lost: Failed<Reason> | undefined,
  { method }: Sending,
): Sent<Answer, Reason> {
  const known = { reason: last.reason, lost: lost?.reason }
  if (!lost || method === 'GET') return { ...known, doubt: 'none' }
  if (last.failing !== 'final') return { ...known, doubt: 'may_be_done' }
  if (method === 'DELETE' && last.status === 404) return { answer: undefined }
  // Under its Idempotency-Key a POST is refused as it was at first.
  return { ...known, doubt: method === 'POST' ? 'none' : 'by_itself' }
}

/**
 * Makes attempts until one is answered: again after a lost answer, where the call does not do more when it comes twice, and after
 * a refusal for now. An attempt is told whether one before it was lost; what it throws ends all. Throws the signal's reason.
 */
export async function sendUntilAnswered<Answer, Reason>(
  attempt: (anyLost: boolean) => Promise<Answer | Failed<Reason>>,
  sending: Sending,
  { seconds, attended = false }: Patience,
  onAgain?: (reason: Reason) => void,
): Promise<Sent<Answer, Reason>> {
  const { signal } = sending
  let deadline = performance.now() + seconds * 1000
  let lost: Failed<Reason> | undefined
  for (let tries = 1; ; tries++) {
    signal?.throwIfAborted()
    const came = await attempt(lost !== undefined)
    if (!(came instanceof Failed)) return { answer: came }
    signal?.throwIfAborted()
    if (attended && tries === 1) deadline = performance.now() + seconds * 1000
    if (came.isLost) lost = came
    const wait = backoff(tries) + came.retryAfter * 1000
    if (!maySendAgain(came, lost !== undefined, sending, attended) || performance.now() + wait > deadline)
      return outcomeOf(came, lost, sending)
    onAgain?.(came.reason)
    await pause(wait, signal)
  }
}
