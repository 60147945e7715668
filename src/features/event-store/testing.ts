import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import type { Application } from '../../kernel/application.ts'
import { Duties } from '../../kernel/duty.ts'
import { sequencer } from '../../kernel/sequencer.ts'
import { PACE, type Pace } from './pace.ts'
import { eventStoreSettings } from './settings.ts'
import { makeSink } from './sink.ts'

/** What the tests of this folder share: a real HTTP server on loopback, and a sink at a pace that tests can wait for. */

export interface ReceivedEvent {
  sequence: number
  id: string
  type: string
  timestamp: string
  data: Record<string, unknown>
}

/** A batch as it came: every attempt, accepted or not. */
export interface Attempt {
  id: string
  tenant: string
  contentType: string | undefined
  authorization: string | undefined
  body: string
  events: ReceivedEvent[]
}

/** What the store does with an attempt; undefined: it accepts, as it does unless told otherwise. */
export type Behaviour =
  { status: number; text?: string; headers?: Record<string, string> } | 'cut' | 'accept and cut' | 'silence'

export interface TestStore {
  url: string
  /** The first attempt of each batch that was accepted, in that order. */
  accepted: Attempt[]
  attempts: Attempt[]
  /** The Authorization headers of the probes. */
  probes: (string | undefined)[]
  behave: (attempt: Attempt) => Behaviour | undefined
  health: () => number
  /** Everything that it has of a tenant, in the order of acceptance. */
  eventsOf(tenant: string): ReceivedEvent[]
  /** Closes its port and cuts its connections. */
  stop(): Promise<void>
  /** Listens on the same port again. */
  start(): Promise<void>
}

const textOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

export const listen = (server: Server, port = 0): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })

export const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

/** A store that keeps batches by their Idempotency-Key, in memory. */
export async function testStore(): Promise<TestStore> {
  const answer = (response: ServerResponse, status: number, text = '', headers = {}): void =>
    void response.writeHead(status, headers).end(text)

  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await textOf(request)
    const { batch_id: id, events } = JSON.parse(body) as { batch_id: string; events: ReceivedEvent[] }
    assert.equal(request.headers['idempotency-key'], id)
    const attempt: Attempt = {
      id,
      tenant: String(request.headers['x-cairn-tenant']),
      contentType: request.headers['content-type'],
      authorization: request.headers.authorization,
      body,
      events,
    }
    store.attempts.push(attempt)
    const behaviour = store.behave(attempt)
    if (behaviour === 'silence') return
    if (behaviour === undefined || behaviour === 'accept and cut')
      if (!store.accepted.some((each) => each.id === id)) store.accepted.push(attempt)
    if (behaviour === undefined) answer(response, 202)
    else if (typeof behaviour === 'string') request.socket.destroy()
    else answer(response, behaviour.status, behaviour.text, behaviour.headers)
  }

  const serve = (): Server =>
    createServer((request, response) => {
      if (request.url?.startsWith('/health')) {
        store.probes.push(request.headers.authorization)
        return answer(response, store.health())
      }
      take(request, response).catch(() => request.socket.destroy())
    })

  let server = serve()
  const port = await listen(server)
  const store: TestStore = {
    url: `http://127.0.0.1:${port}/batches`,
    accepted: [],
    attempts: [],
    probes: [],
    behave: () => undefined,
    health: () => 200,
    eventsOf: (tenant) =>
      store.accepted.filter((each) => each.tenant === tenant).flatMap(({ events }) => events),
    stop: () => close(server),
    async start() {
      server = serve()
      await listen(server, port)
    },
  }
  return store
}

/** Waits that are long enough to be seen and too short to be waited for. */
export const QUICK: Pace = {
  ...PACE,
  look: 10,
  retry: { first: 10, longest: 40 },
  refused: { first: 10, longest: 40 },
  breaker: { first: 10, longest: 40 },
  poll: 10,
  flyPause: { first: 25, longest: 50 },
}

/** A running sink, and what it wrote into the log. */
export interface RunningSink {
  log: Record<string, unknown>[]
  /** Lines of the log that say this. */
  lines(message: RegExp): Record<string, unknown>[]
  stop(): Promise<void>
}

/** Sets settings of the event store on a server; what is not named is as it was. */
export function configure(app: Application, environment: Readonly<Record<string, string>>): void {
  for (const each of eventStoreSettings) {
    const text = environment[each.name]
    if (text !== undefined) app.settings.set(each, text, 'program')
  }
}

/** Runs the sink on a server whose own duties are stopped, with the sequencer that feeds it. */
export function startSink(app: Application, pace: Partial<Pace> = {}): RunningSink {
  const log: Record<string, unknown>[] = []
  const stream = new Writable({
    write(line: Buffer, _encoding, done) {
      log.push(JSON.parse(line.toString()) as Record<string, unknown>)
      done()
    },
  })
  const duties = new Duties({ ...app, log: pino({ level: 'trace' }, stream) }, [
    sequencer,
    makeSink({ ...QUICK, ...pace }),
  ])
  duties.start()
  return {
    log,
    lines: (message) => log.filter((line) => message.test(String(line['msg']))),
    stop: () => duties.stop(),
  }
}

/** A server, a store and the sink between them, all gone after the test. */
export interface Stage<Server> {
  server: Server
  store: TestStore
  sink: RunningSink
}

/** What is made of a server of the harness: its own duties stop, and its record goes to `store`. */
export async function prepare<Server extends { app: Application; close(): Promise<void> }>(
  t: TestContext,
  server: Server,
  store: TestStore,
  environment: Readonly<Record<string, string>> = {},
): Promise<Server> {
  t.after(() => server.close())
  await server.app.duties.stop()
  configure(server.app, {
    CAIRN_EVENT_STORE_URL: store.url,
    CAIRN_EVENT_STORE_TOKEN: 'sesame',
    ...environment,
  })
  return server
}

export async function stage<Server extends { app: Application; close(): Promise<void> }>(
  t: TestContext,
  server: Server,
  options: { environment?: Readonly<Record<string, string>>; pace?: Partial<Pace>; store?: TestStore } = {},
): Promise<Stage<Server>> {
  const store = options.store ?? (await testStore())
  await prepare(t, server, store, options.environment)
  const sink = startSink(server.app, options.pace)
  t.after(async () => {
    await sink.stop()
    await store.stop()
  })
  return { server, store, sink }
}

/** A machine as Fly tells of it; more fields than anybody reads. */
export interface TestMachine {
  id: string
  name: string
  state: string
  region: string
  instance_id: string
  config: object
  checks: object[]
  events: object[]
}

export interface FlyCall {
  /** `list`, `start ID` or `wait ID`. */
  what: string
  status: number
}

export interface TestFly {
  url: string
  app: string
  token: string
  machines: TestMachine[]
  calls: FlyCall[]
  /** How often a start is refused by 412 first, as if the machine were changing its state. */
  changing: number
  /** Milliseconds that a machine takes to start; Infinity: it never does. */
  starting: number
  /** Milliseconds after which a wait is answered by 408. */
  patience: number
  /** An answer of another kind to a call; undefined: the usual. */
  behave: (what: string) => { status: number; text?: string; headers?: Record<string, string> } | undefined
  add(id: string, state: string): void
  /** How often something was called. */
  count(what: RegExp): number
  stop(): Promise<void>
}

/** Fly allows three calls of one kind for one machine at once, and then one in this many milliseconds: here, not 1,000. */
export const FLY_LIMIT = 20
const FLY_BURST = 3

/**
 * A stand-in of Fly's Machines API that keeps its rules: states that take their time, 412 while a machine changes, waits
 * with an end, limits, tokens, and an id for each call. `started` is called when a machine has started.
 */
export async function testFly(started: (machine: TestMachine) => unknown): Promise<TestFly> {
  const buckets = new Map<string, { left: number; at: number }>()
  const isWithinLimit = (what: string): boolean => {
    const now = Date.now()
    const { left, at } = buckets.get(what) ?? { left: FLY_BURST, at: now }
    const refilled = Math.min(FLY_BURST, left + (now - at) / FLY_LIMIT)
    buckets.set(what, { left: Math.max(refilled - 1, 0), at: now })
    return refilled >= 1
  }

  const begin = (machine: TestMachine): object => {
    const previous_state = machine.state
    if (['stopped', 'suspended'].includes(previous_state)) {
      machine.state = 'starting'
      const arrive = async (): Promise<void> => {
        await started(machine)
        machine.state = 'started'
      }
      if (fly.starting !== Infinity) setTimeout(() => void arrive(), fly.starting)
    }
    return { previous_state, migrated: false, new_host: '' }
  }

  const waitFor = async (machine: TestMachine, query: URLSearchParams): Promise<[number, object]> => {
    const [state, seconds] = [query.get('state'), Number(query.get('timeout') ?? 60)]
    if (!state || !(seconds >= 1 && seconds <= 60)) return [400, { error: 'invalid_argument: timeout' }]
    const end = Date.now() + Math.min(seconds * 1_000, fly.patience)
    while (machine.state !== state && server.listening) {
      if (Date.now() > end) return [408, { error: 'deadline_exceeded: machine did not reach the state' }]
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return [200, { ok: true }]
  }

  const answerTo = async (request: IncomingMessage, what: string, url: URL): Promise<[number, unknown]> => {
    if (request.headers.authorization !== `Bearer ${fly.token}`) return [401, { error: 'unauthenticated' }]
    if (!url.pathname.startsWith(`/v1/apps/${fly.app}/machines`)) return [404, { error: 'app not found' }]
    if (!isWithinLimit(what)) return [429, { error: 'rate limit exceeded' }]
    if (what === 'list') return [200, fly.machines]
    const machine = fly.machines.find(({ id }) => what.endsWith(` ${id}`))
    if (!machine) return [404, { error: 'machine not found' }]
    if (what.startsWith('wait')) return waitFor(machine, url.searchParams)
    if (request.method !== 'POST' || (await textOf(request)) !== '')
      return [400, { error: 'invalid request' }]
    if (fly.changing-- <= 0) return [200, begin(machine)]
    return [412, { error: "failed_precondition: unable to start machine from current state: 'replacing'" }]
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://fly')
    const [, , , , , id, action] = url.pathname.split('/')
    const what = id ? `${action} ${id}` : 'list'
    const behaviour = fly.behave(what)
    const call: FlyCall = { what, status: 0 }
    fly.calls.push(call)
    const headers = { 'fly-request-id': `01FLY-${fly.calls.length}`, 'content-type': 'application/json' }
    const given = behaviour && ([behaviour.status, behaviour.text ?? { error: 'told so' }] as const)
    Promise.resolve(given ?? answerTo(request, what, url)).then(
      ([status, body]) => {
        call.status = status
        response.writeHead(status, { ...headers, ...behaviour?.headers })
        response.end(typeof body === 'string' ? body : JSON.stringify(body))
      },
      () => request.socket.destroy(),
    )
  })
  const fly: TestFly = {
    url: `http://127.0.0.1:${await listen(server)}`,
    app: 'cairn-events',
    token: 'FlyV1 fm2_abc,fm2_def',
    machines: [],
    calls: [],
    changing: 0,
    starting: 30,
    patience: 60_000,
    behave: () => undefined,
    add: (id, state) =>
      void fly.machines.push({
        id,
        name: `machine-${id}`,
        state,
        region: 'ams',
        instance_id: '01HZ',
        config: { guest: { cpus: 1 } },
        checks: [],
        events: [],
      }),
    count: (what) => fly.calls.filter((call) => what.test(call.what)).length,
    stop: () => close(server),
  }
  return fly
}
