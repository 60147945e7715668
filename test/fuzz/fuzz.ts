import { readFileSync } from 'node:fs'
import { readCatalogue, type Catalogue, type Described } from './catalogue.ts'
import { exchangeFault } from './judgement.ts'
import { Pool } from './pool.ts'
import { Random } from './random.ts'
import { oddRequest, validRequest, type FuzzRequest, type Keys, type Making } from './request.ts'
import { oddShape, oddSocket } from './shapes.ts'
import { Wire, type Exchange } from './wire.ts'
import { plant, type Target } from './world.ts'

/** Clients that send at once: enough for requests to meet in the server. */
const CLIENTS = 8

/** After so many faults of one kind the rest are only counted. */
const FAULTS_SHOWN = 3

/** Memory may grow by so much between the half and the end: buffers of the collector, not a leak. */
const ROOM_MIB = 128

export interface FuzzOptions extends Target {
  readonly requests: number
  readonly seed: number
  /** The server's process, where it is one of its own: its memory is watched then. */
  readonly pid?: number | undefined
  readonly say: (line: string) => void
}

export interface FuzzResult {
  readonly seconds: number
  /** How many answers of each status came; `none` for connections that ended without one. */
  readonly statuses: Readonly<Record<string, number>>
  /** How many answers said to come back (503), by operation and code. */
  readonly comeBack: Readonly<Record<string, number>>
  /** Operations that answered well at least once, and those that never did. */
  readonly reached: number
  readonly unreached: readonly string[]
  /** MiB that the server's process held at the half and at the end. */
  readonly memory: readonly number[]
  /** What must not be, each with how to send it again; empty when all holds. */
  readonly faults: readonly string[]
}

const residentMib = (pid: number): number =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024)

const PRINTABLE = /[^\x20-\x7e]|[\\'%]/g

/** A command that sends the bytes once more. */
function reproduction(url: string, bytes: Buffer): string {
  const { hostname, port } = new URL(url)
  const text = bytes
    .subarray(0, 2_000)
    .toString('latin1')
    .replace(PRINTABLE, (each) => `\\x${each.charCodeAt(0).toString(16).padStart(2, '0')}`)
  const more = bytes.length > 2_000 ? ` # and ${bytes.length - 2_000} bytes more` : ''
  return `printf '%b' '${text}' | nc -q 2 ${hostname} ${port}${more}`
}

/** What does not agree between the record, replayed from its start, and the tables as they stand; with the rows that tell of it. */
async function mismatches({ url, key }: Target): Promise<readonly string[]> {
  const ask = (path: string) => fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } })
  const answer = await ask('/verify')
  const body = (await answer.json()) as { consistent?: boolean; mismatches?: string[] }
  if (answer.ok && body.consistent) return []
  const told = body.mismatches ?? [`${answer.status} of /verify`]
  const withRows = async (sentence: string): Promise<string> => {
    const [id] = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/.exec(sentence) ?? []
    return id ? `${sentence} ${await (await ask(`/audit?entity_id=${id}`)).text()}` : sentence
  }
  return Promise.all(told.slice(0, 5).map(withRows))
}

const add = (counts: Record<string, number>, what: string): void =>
  void (counts[what] = (counts[what] ?? 0) + 1)

const codeOf = (body: Buffer): string => /"code":"(\w+)"/.exec(body.toString())?.[1] ?? 'without a code'

/** What is kept while requests are sent. */
class Tally {
  readonly statuses: Record<string, number> = {}
  readonly comeBack: Record<string, number> = {}
  readonly reached = new Set<string>()
  readonly faults: string[] = []
  readonly #kinds = new Map<string, number>()

  /** Of an operation, where it is certain which: those that were told to come back are counted by it and by their code. */
  count({ answers }: Exchange, operation: Described | undefined): void {
    if (answers.length === 0) add(this.statuses, 'none')
    for (const { status, body } of answers) {
      add(this.statuses, String(status))
      if (status === 503) add(this.comeBack, `${operation?.id ?? 'unknown'} ${codeOf(body)}`)
    }
  }

  /** Faults that differ only in their ids and values are of one kind. */
  blame(fault: string, what: string, again: string): void {
    const kind = fault.replace(/\{.*|[0-9a-f-]{12,}|\d+/gs, '…').slice(0, 90)
    const seen = (this.#kinds.get(kind) ?? 0) + 1
    this.#kinds.set(kind, seen)
    if (seen <= FAULTS_SHOWN) this.faults.push(`${what}: ${fault}\n    ${again}`)
    else if (seen === FAULTS_SHOWN + 1) this.faults.push(`… and more of the kind: ${kind}`)
  }
}

/** One client: its own connection, and its own knowledge of what there is. */
class Client {
  readonly #options: FuzzOptions
  readonly #known: Catalogue
  readonly #keys: Keys
  readonly #pool: Pool
  readonly #tally: Tally
  #wire: Wire | undefined

  constructor(options: FuzzOptions, known: Catalogue, keys: Keys, pool: Pool, tally: Tally) {
    this.#options = options
    this.#known = known
    this.#keys = keys
    this.#pool = pool
    this.#tally = tally
  }

  async send(index: number): Promise<void> {
    const random = new Random(this.#options.seed, index)
    const kind = random.weighted({ valid: 38, odd: 52, raw: 7, socket: 3 })
    if (kind === 'raw' || kind === 'socket') return this.#throw(random, kind, index)
    await this.#ask(this.#known.operations, kind, random, index)
  }

  /** Sends a whole request to one operation. */
  ask(operation: Described, index: number): Promise<void> {
    return this.#ask([operation], 'valid', new Random(this.#options.seed, index), index)
  }

  async #ask(
    operations: readonly Described[],
    kind: 'valid' | 'odd',
    random: Random,
    index: number,
  ): Promise<void> {
    const making: Making = { random, pool: this.#pool, resolve: this.#known.resolve, keys: this.#keys }
    const operation = random.pick(operations)
    const request = (kind === 'valid' ? validRequest : oddRequest)(operation, making)
    const exchange = await this.#exchange(request)
    const needed = kind === 'valid'
    this.#judge(exchange, { ...request, needed }, `request ${index}, ${operation.id}, ${kind}`)
    for (const { status, body, headers } of exchange.answers)
      if (status >= 200 && status < 300) {
        if (request.operation) this.#tally.reached.add(request.operation.id)
        this.#pool.note(headers.get('link') ?? '')
        if (body.length > 0 && headers.get('content-type')?.startsWith('application/json'))
          this.#pool.harvest(request.target, JSON.parse(body.toString()))
      }
  }

  async #exchange({ bytes, method, spoilt, cut }: FuzzRequest): Promise<Exchange> {
    if (spoilt) {
      const wire = new Wire(this.#options.url)
      const exchange = await wire.exchange(bytes, { method, ...(cut ? { endAfter: 0 } : {}) })
      wire.close()
      return exchange
    }
    if (!this.#wire?.usable) {
      this.#wire?.close()
      this.#wire = new Wire(this.#options.url)
    }
    const exchange = await this.#wire.exchange(bytes, { method })
    if (exchange.end !== 'open') this.close()
    return exchange
  }

  async #throw(random: Random, kind: 'raw' | 'socket', index: number): Promise<void> {
    const { name, bytes } = (kind === 'raw' ? oddShape : oddSocket)(random, this.#keys.operator)
    const wire = new Wire(this.#options.url)
    const endAfter = kind === 'socket' && random.chance(0.5) ? 100 : 0
    const exchange = await wire.exchange(bytes, { method: 'GET', endAfter })
    wire.close()
    const facts = { operation: undefined, method: 'GET', needed: false, bytes }
    this.#judge(exchange, facts, `request ${index}, ${name}`)
  }

  #judge(
    exchange: Exchange,
    request: Pick<FuzzRequest, 'operation' | 'method' | 'bytes'> & { needed: boolean },
    what: string,
  ): void {
    this.#tally.count(exchange, request.operation)
    const fault = exchangeFault(exchange, request, this.#known)
    if (fault) this.#tally.blame(fault, what, reproduction(this.#options.url, request.bytes))
  }

  close(): void {
    this.#wire?.close()
    this.#wire = undefined
  }
}

/** Sends the requests from one number up to another, several at a time. */
async function sendAll(clients: readonly Client[], from: number, to: number, say: () => void): Promise<void> {
  let next = from
  // Each client takes its own numbers, so that what it has seen before a request does not hang on who was faster.
  await Promise.all(
    clients.map(async (client, nth) => {
      for (let index = from + nth; index < to; index += clients.length) {
        await client.send(index)
        if (++next % 5_000 === 0) say()
      }
    }),
  )
}

/** So many whole requests an operation gets at the end that has not answered well by chance. */
const TRIES = 500

/**
 * Sees to it that every operation answers well once: each that has not is asked in a world of its own, in which what it
 * needs is there, by who may do everything.
 */
async function reachTheRest(options: FuzzOptions, known: Catalogue, tally: Tally): Promise<void> {
  for (const operation of known.operations.filter(({ id }) => !tally.reached.has(id))) {
    const pool = new Pool()
    const { operator } = await plant(options, pool, `for ${operation.id}`)
    const client = new Client(options, known, { operator, others: [] }, pool, tally)
    for (let n = 0; n < TRIES && !tally.reached.has(operation.id); n++)
      await client.ask(operation, options.requests + n)
    client.close()
  }
}

/**
 * Sends requests that are generated from what a server says of itself, whole and broken ones, raw bytes and WebSocket
 * frames, and holds every answer to what is promised of all: no 5xx, no silence, a declared problem or an answer that fits
 * its schema, nothing of the server's inside, and memory that stays where it is.
 */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { url, requests, pid, say } = options
  const began = performance.now()
  const known = await readCatalogue(url)
  const planted = new Pool()
  const keys = await plant(options, planted, 'for all')
  const tally = new Tally()
  const clients = Array.from({ length: CLIENTS }, () => new Client(options, known, keys, planted, tally))
  const seconds = (): number => Math.round((performance.now() - began) / 100) / 10
  const progress = (): void =>
    say(`${seconds()} s: ${JSON.stringify(tally.statuses)}${pid ? `, ${residentMib(pid)} MiB` : ''}`)
  const memory: number[] = []
  const half = Math.floor(requests / 2)
  for (const [from, to] of [
    [0, half],
    [half, requests],
  ] as const) {
    await sendAll(clients, from, to, progress)
    if (pid) memory.push(residentMib(pid))
  }
  for (const client of clients) client.close()
  await reachTheRest(options, known, tally)
  const [before = 0, after = 0] = memory
  if (after > before * 1.25 + ROOM_MIB)
    tally.blame('memory grew', `${before} MiB at the half, ${after} MiB at the end`, '')
  const health = await fetch(`${url}/health`, { signal: AbortSignal.timeout(20_000) }).catch(() => undefined)
  if (health?.status !== 200) tally.blame('the server does not serve any more', `${health?.status}`, '')
  for (const mismatch of await mismatches(options)) tally.blame('the record and the tables', mismatch, '')
  const unreached = known.operations.filter(({ id }) => !tally.reached.has(id)).map(({ id }) => id)
  const { statuses, comeBack, reached, faults } = tally
  return { seconds: seconds(), statuses, comeBack, reached: reached.size, unreached, memory, faults }
}
