import type { Batch } from './batch.ts'
import { NoAnswer, quote, send, type Answer } from './call.ts'
import type { Pace } from './pace.ts'
import type { Store } from './settings.ts'

/** Why the store did not take something. */
export interface Fault {
  /** A sentence without its full stop. */
  readonly reason: string
  /** It refuses what it was sent, and would again: somebody has to look. */
  readonly refused: boolean
  /** It answered: what it said may be of the one tenant whose batch it was. */
  readonly answered: boolean
  /** Milliseconds that the store asks for. */
  readonly retryAfter: number | undefined
}

/** How the store is spoken to; the signal ends a call at once, by throwing what it was aborted with. */
export interface Line {
  readonly store: Store
  readonly pace: Pace
  readonly signal: AbortSignal
}

/** Answers of 4xx that may be others next time: a key that is being put right, a conflict, too early, too much. */
const PASSING = [401, 403, 408, 409, 425, 429]

const isFine = ({ status }: Answer): boolean => status >= 200 && status < 300

function faultOf({ status, text, retryAfter }: Answer, what: string, { secrets }: Store): Fault {
  const said = quote(text, secrets)
  const hint = status >= 300 && status < 400 ? ', a redirect, which is not followed' : ''
  return {
    reason: `the event store answered ${what} with ${status}${hint}${said ? `: ${said}` : ''}`,
    refused: status >= 300 && status < 500 && !PASSING.includes(status),
    answered: true,
    retryAfter,
  }
}

/** A silent store's fault; throws anything else. */
function silence(error: unknown, what: string, { secrets }: Store): Fault {
  if (!(error instanceof NoAnswer)) throw error
  const reason = `the event store did not answer ${what}: ${quote(error.message, secrets)}`
  return { reason, refused: false, answered: false, retryAfter: undefined }
}

const authorization = ({ token }: Store): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` }

/** Asks the store's health URL. Undefined when it is up. */
export async function probe({ store, pace, signal }: Line): Promise<Fault | undefined> {
  // The token is for the store; a health URL may be somebody else's.
  const headers = store.health.origin === store.url.origin ? authorization(store) : {}
  try {
    const call = { method: 'GET', url: store.health, headers, milliseconds: pace.probe, signal } as const
    const answer = await send(call)
    return isFine(answer) ? undefined : faultOf(answer, 'its probe', store)
  } catch (error) {
    return silence(error, 'its probe', store)
  }
}

/** Sends a batch. Undefined when the store has accepted it. */
export async function post(
  { store, pace, signal }: Line,
  tenant: string,
  batch: Batch,
): Promise<Fault | undefined> {
  const what = `a batch of the tenant ${tenant}`
  try {
    const answer = await send({
      method: 'POST',
      url: store.url,
      headers: {
        'content-type': 'application/json',
        'idempotency-key': batch.id,
        'x-cairn-tenant': tenant,
        ...authorization(store),
      },
      body: batch.body,
      milliseconds: pace.batch,
      signal,
    })
    return isFine(answer) ? undefined : faultOf(answer, what, store)
  } catch (error) {
    return silence(error, what, store)
  }
}
