import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { install } from '../../bench/installation.ts'
import { Receiver, Store, type Arrival } from './receiver.ts'

/** Events a task: its creation, and changes of its title. */
const EVENTS_A_TASK = 10
const WRITERS = 16
const RETRY_SECONDS = '1,2,4'
/** How long receivers may get nothing before what is missing counts as lost. */
const PATIENCE_MILLISECONDS = 60_000

export interface SoakOptions {
  events: number
  /** Times that the server is killed by SIGKILL, spread evenly over the writing. */
  kills: number
  say: (line: string) => void
}

export interface SoakResult {
  events: number
  seconds: number
  receivers: { name: string; arrived: number; again: number; refused: number; faults: string[] }[]
  /** What must not be; empty when all holds. */
  faults: string[]
}

/**
 * Writes events through a server that is killed meanwhile, and has five receivers get them: two that are steady, a slow
 * one, one that is away now and then, and one that always fails; and an event store. Then holds what came against the
 * record: every event at least once at every receiver but the last, each task's events in their order, the last one's
 * webhook switched off, and every event in one batch of the store.
 */
export async function soak({ events, kills, say }: SoakOptions): Promise<SoakResult> {
  const began = performance.now()
  const installation = await install()
  const receivers = [
    new Receiver('steady', 'steady'),
    new Receiver('steady too', 'steady'),
    new Receiver('slow', 'slow'),
    new Receiver('flapping', 'flapping'),
    new Receiver('failing', 'failing'),
  ]
  const healthy = receivers.slice(0, 4)
  const store = new Store()
  try {
    const environment = {
      CAIRN_WEBHOOK_RETRY_SECONDS: RETRY_SECONDS,
      CAIRN_EVENT_STORE_URL: await store.listen(),
    }
    let { url, running } = await installation.serve(environment)
    const port = new URL(url).port
    const api = client(url, installation.key)
    const ids = new Map<Receiver, string>()
    for (const receiver of receivers) {
      const webhook = await api<{ id: string }>('POST', '/webhooks', {
        url: await receiver.listen(),
        event_types: ['task.*'],
      })
      ids.set(receiver, webhook.id)
    }

    let written = 0
    const writing = write(api, events, () => written++)
    for (let kill = 1; kill <= kills; kill++) {
      while (written < (events * kill) / (kills + 1)) await sleep(20)
      running.child.kill('SIGKILL')
      await running.ended()
      say(`killed the server after ${written} of ${events} events`)
      ;({ url, running } = await installation.serve({ ...environment, PORT: port }))
      say(`it serves again, ${seconds(began)} s after the start`)
    }
    await writing
    say(`all is written after ${seconds(began)} s`)
    const record = await readRecord(api, events)
    say(`${record.length} events written in ${seconds(began)} s; waiting for the receivers`)
    await arrived(record, healthy, say)

    const results = receivers.map((receiver) => ({
      name: receiver.name,
      arrived: receiver.arrivals.length,
      again: receiver.again,
      refused: receiver.refused,
      faults: healthy.includes(receiver) ? faultsOf(record, receiver) : [],
    }))
    const stored = record.filter(({ id }) => store.events.has(id)).length
    say(`the event store has ${stored} of them, in ${store.batches.size} batches`)
    const faults = results.flatMap(({ name, faults }) => faults.map((fault) => `${name}: ${fault}`))
    if (record.length !== events) faults.push(`the record has ${record.length} events, not ${events}`)
    faults.push(...store.faults)
    if (stored !== record.length) faults.push(`the event store lacks ${record.length - stored} events`)
    const failing = receivers.at(-1)!
    if (!(await isDisabled(api, ids.get(failing)!)))
      faults.push('failing: its webhook was not switched off, or the record does not say so')
    return { events: record.length, seconds: seconds(began), receivers: results, faults }
  } finally {
    for (const each of [...receivers, store]) each.close()
    await installation.close()
  }
}

const seconds = (since: number): number => Math.round((performance.now() - since) / 100) / 10

type Api = <T>(method: string, path: string, body?: unknown) => Promise<T>

/** Calls that are sent again until the server answers them. Throws for what it refuses. */
function client(url: string, key: string): Api {
  return async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const headers = {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
    }
    for (;;) {
      const answer = await fetch(url + path, { method, headers, body: JSON.stringify(body) ?? null }).catch(
        () => undefined,
      )
      const text = await answer?.text().catch(() => undefined)
      if (answer?.ok && text !== undefined) return JSON.parse(text) as T
      if (answer && answer.status < 500 && answer.status !== 409)
        throw new Error(`${path}: ${answer.status} ${text}`)
      await sleep(50)
    }
  }
}

/** Creates tasks and changes each so often; a change that is sent again changes nothing the second time. */
async function write(api: Api, events: number, written: () => void): Promise<void> {
  let left = events
  const work = async (): Promise<void> => {
    while (left > 0) {
      const own = Math.min(left, EVENTS_A_TASK)
      left -= own
      const task = await api<{ id: string }>('POST', '/tasks', { title: 'change 1' })
      written()
      for (let change = 2; change <= own; change++) {
        await api('PATCH', `/tasks/${task.id}`, { title: `change ${change}` })
        written()
      }
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, work))
}

/** The feed, once it has that many events: after a kill it stands still until another server leads. */
async function readRecord(api: Api, events: number): Promise<Arrival[]> {
  const deadline = Date.now() + PATIENCE_MILLISECONDS
  const record: Arrival[] = []
  for (let after = 0; ;) {
    const page = await api<
      { sequence: number; id: string; data: { task: { id: string; version: number } } }[]
    >('GET', `/events?types=task.*&limit=1000&wait_seconds=2&after=${after}`)
    const last = page.at(-1)
    if (record.length + page.length >= events ? !last : !last && Date.now() > deadline) return record
    after = last?.sequence ?? after
    for (const { id, data } of page) record.push({ id, task: data.task.id, version: data.task.version })
  }
}

/** Waits until every receiver has all of it, or none gets anything new any more. */
async function arrived(
  record: readonly Arrival[],
  receivers: readonly Receiver[],
  say: (line: string) => void,
): Promise<void> {
  let [before, since, said] = [-1, Date.now(), Date.now()]
  for (;;) {
    const counts = receivers.map((receiver) => receiver.arrivals.length)
    const now = counts.reduce((sum, count) => sum + count, 0)
    if (counts.every((count) => count >= record.length)) return
    if (now !== before) [before, since] = [now, Date.now()]
    if (Date.now() - since > PATIENCE_MILLISECONDS) return
    if (Date.now() - said > 5_000) {
      said = Date.now()
      say(receivers.map(({ name }, each) => `${name} ${counts[each]}`).join(', '))
    }
    await sleep(100)
  }
}

/** What a healthy receiver should have got, or have got in another order. */
function faultsOf(record: readonly Arrival[], receiver: Receiver): string[] {
  const missing = record.filter(({ id }) => !receiver.has(id)).length
  const faults = missing > 0 ? [`${missing} events never came`] : []
  const versions = new Map<string, number>()
  for (const { task, version } of receiver.arrivals) {
    const before = versions.get(task) ?? 0
    if (version <= before) faults.push(`version ${version} of ${task} came after ${before}`)
    versions.set(task, version)
  }
  return faults.slice(0, 5)
}

/**
 * Waits until the webhook is switched off, which a kill puts off: the attempt that was under way then is made again up to
 * 20 s after the next start, and only the last of four switches it off. The record must say so once.
 */
async function isDisabled(api: Api, id: string): Promise<boolean> {
  const deadline = Date.now() + PATIENCE_MILLISECONDS
  while ((await api<{ active: boolean }>('GET', `/webhooks/${id}`)).active) {
    if (Date.now() > deadline) return false
    await sleep(200)
  }
  const rows = await api<unknown[]>('GET', `/audit?entity_id=${id}&event_type=webhook.disabled`)
  return rows.length === 1
}
