import { lookup as resolve, type LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Agent, errors, request } from 'undici'
import type { Services } from '../../kernel/services.ts'
import { explainRefusal, refusalOfIp, refusalOfUrl, type AddressRules, type Refusal } from './address.ts'
import { AddressRefused, explainFailure } from './call-failure.ts'
import { allowedNetworks, allowLoopback } from './settings.ts'
import { boundedText } from './bounded-text.ts'

/** A call's limits: all of it together, and what is kept of its answer. */
const LIMIT_MILLISECONDS = 10_000
const KEPT_BYTES = 4_096
const HEADER_BYTES = 16_384
/** How long a connection is kept for the next call. */
const IDLE_MILLISECONDS = 1_500

/** One request to a receiver. */
export interface Call {
  url: string
  headers: Readonly<Record<string, string>>
  body: string
  /** Ends the call early; what came of it is then not known. */
  signal?: AbortSignal
}

/** What came of a call. */
export interface CallResult {
  /** null where no answer came. */
  status_code: number | null
  /** At most the first 4 KiB, as valid text without NUL; null where no answer came. */
  response_body: string | null
  /** A sentence; null where it was delivered. */
  error_message: string | null
  duration_ms: number
  /** Whether it arrived, is refused for good, or is worth another try. */
  outcome: 'delivered' | 'refused' | 'again'
}

/** Calls receivers, and nothing else than receivers. */
export interface WebhookClient {
  /** Which addresses it calls. */
  readonly rules: AddressRules
  /** Makes one call, in 10 seconds at most. Never throws for what the receiver does. */
  post(call: Call): Promise<CallResult>
  /** Ends the calls that are under way, and closes all connections. */
  close(): Promise<void>
}

export interface WebhookClientOptions {
  rules: AddressRules
  /** How names are resolved; the system's way unless given. */
  lookup?: LookupFunction
  /** Milliseconds that a call may take; 10,000 unless given. */
  limit?: number
}

/** The first of a name's addresses that is refused refuses the name: which one is connected to is nobody's choice. */
export const refusalOfAddresses = (
  name: string,
  addresses: readonly LookupAddress[],
  rules: AddressRules,
): Refusal | undefined => {
  for (const { address } of addresses) {
    const refusal = refusalOfIp(address, rules)
    if (refusal) return { ...refusal, because: `${name} resolves to ${address}: ${refusal.because}` }
  }
  return undefined
}

/**
 * Resolves a name to addresses that may be called, or to an error. It is the connection's own lookup, so that what was
 * judged is what is connected to, whatever the name resolves to a moment later.
 */
const guardedLookup =
  (rules: AddressRules, lookup: LookupFunction): LookupFunction =>
  (name, options, callback) =>
    lookup(name, { ...options, all: true }, (error, found, family) => {
      if (error) return callback(error, '', 0)
      const addresses = typeof found === 'string' ? [{ address: found, family: family ?? 0 }] : found
      const refusal = refusalOfAddresses(name, addresses, rules)
      if (refusal) return callback(new AddressRefused(explainRefusal(refusal)), '', 0)
      if (options.all) return callback(null, addresses)
      const [first] = addresses
      if (!first) return callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '', 0)
      callback(null, first.address, first.family)
    })

/** What a status means for a delivery, with a sentence where it is no success (contract section 7). */
function judge(status: number): Pick<CallResult, 'outcome' | 'error_message'> {
  if (status >= 200 && status < 300) return { outcome: 'delivered', error_message: null }
  if (status >= 500 || status === 408 || status === 429)
    return { outcome: 'again', error_message: `the receiver answered ${status}` }
  const why = status < 400 ? '; redirects are not followed, give the address they lead to' : ''
  return { outcome: 'refused', error_message: `the receiver answered ${status}${why}` }
}

/** A client that calls by these rules. Redirects are not followed, proxies of the environment not used. */
export function makeWebhookClient(options: WebhookClientOptions): WebhookClient {
  const { rules, lookup = resolve, limit = LIMIT_MILLISECONDS } = options
  const agent = new Agent({
    connect: { lookup: guardedLookup(rules, lookup), timeout: limit },
    // One protocol, in which ending a request early costs its connection and no other.
    allowH2: false,
    pipelining: 1,
    maxHeaderSize: HEADER_BYTES,
    // The call's own limit is shorter.
    headersTimeout: 2 * limit,
    bodyTimeout: 2 * limit,
    // A request on a connection that the receiver closes at this moment fails: so none is kept as long as receivers do.
    keepAliveTimeout: IDLE_MILLISECONDS,
    keepAliveMaxTimeout: IDLE_MILLISECONDS,
  })

  async function send({ url, headers, body }: Call, signal: AbortSignal) {
    const answer = await request(url, { method: 'POST', headers, body, signal, dispatcher: agent })
    const text = boundedText(KEPT_BYTES)
    try {
      // Leaving the loop early drops the connection, with all that it would still bring.
      for await (const chunk of answer.body) if (!text.add(chunk as Buffer)) break
    } catch {
      // The status has come, and with it what the receiver has to say; the rest is for people to read.
    }
    return { status_code: answer.statusCode, response_body: text.end(), ...judge(answer.statusCode) }
  }

  async function attempt(call: Call, signal: AbortSignal): Promise<Omit<CallResult, 'duration_ms'>> {
    try {
      // A literal address is connected to without any lookup.
      const refusal = refusalOfUrl(call.url, rules)
      if (refusal) throw new AddressRefused(explainRefusal(refusal))
      return await send(call, signal)
    } catch (error) {
      return {
        status_code: null,
        response_body: null,
        error_message: explainFailure(error, limit / 1000),
        outcome: error instanceof AddressRefused ? 'refused' : 'again',
      }
    }
  }

  return {
    rules,
    async post(call) {
      const began = performance.now()
      const ending = new AbortController()
      const timer = setTimeout(() => ending.abort(new errors.HeadersTimeoutError()), limit)
      const stop = (): void => ending.abort(new errors.RequestAbortedError())
      call.signal?.addEventListener('abort', stop)
      if (call.signal?.aborted) stop()
      try {
        const result = await attempt(call, ending.signal)
        return { ...result, duration_ms: Math.round(performance.now() - began) }
      } finally {
        clearTimeout(timer)
        call.signal?.removeEventListener('abort', stop)
      }
    },
    close: () => agent.destroy(),
  }
}

const clients = new WeakMap<Services, WebhookClient>()

/** The server's client, by its settings: one for all that is called, so that connections are shared. */
export function webhookClient(app: Services): WebhookClient {
  const known = clients.get(app)
  if (known) return known
  const client = makeWebhookClient({
    rules: {
      allowLoopback: app.settings.get(allowLoopback) ?? app.local,
      allowedNetworks: app.settings.get(allowedNetworks),
    },
  })
  clients.set(app, client)
  return client
}

/** Closes the server's client, at its stop: calls that are under way end at once, as failed. */
export async function closeWebhookClient(app: Services): Promise<void> {
  await clients.get(app)?.close()
}
