import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Workplace, type Running } from './testing.ts'

const place = new Workplace()
after(() => place.close())

const addressOf = async (running: Running): Promise<string> =>
  (await running.said(/serves at (http:\S+)/))[1]!
const operatorKey = (): string =>
  readFileSync(path.join(place.directory, '.cairn', 'operator.key'), 'utf8').trim()

/** One call; throws when the server is gone before it answered. */
async function send<T>(url: string, method: string, route: string, body?: unknown): Promise<T> {
  const response = await fetch(url + route, {
    method,
    headers: { authorization: `Bearer ${operatorKey()}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${route}: ${response.status}`)
  return (await response.json()) as T
}

/** What the server said was done. */
interface Acknowledged {
  tasks: string[]
  completions: string[]
}

interface Claimed {
  execution: { id: string }
  lease: { token: number }
}

/** Creates, claims and completes, and notes what was acknowledged, until the server is gone. */
async function write(url: string, worker: string, acknowledged: Acknowledged): Promise<void> {
  try {
    for (;;) {
      const task = await send<{ id: string }>(url, 'POST', '/tasks', { title: `by ${worker}` })
      acknowledged.tasks.push(task.id)
      const [claim] = await send<Claimed[]>(url, 'POST', '/tasks/claim', {
        worker_id: worker,
        agent_type: 'coder',
      })
      if (!claim) continue
      const { id } = claim.execution
      await send(url, 'POST', `/executions/${id}/complete`, { success: true, lease_token: claim.lease.token })
      acknowledged.completions.push(id)
    }
  } catch {
    // The kill: what was under way was never acknowledged.
  }
}

/** What was acknowledged and is not there, or not in the record. */
async function missing(url: string, { tasks, completions }: Acknowledged): Promise<string[]> {
  const recorded = new Set<string>()
  for (let after = 0; ;) {
    type Event = { sequence: number; type: string; data: Record<string, { id: string } | undefined> }
    const events = await send<Event[]>(url, 'GET', `/events?limit=1000&after=${after}`)
    for (const { type, data } of events) {
      if (type === 'task.created') recorded.add(data['task']!.id)
      if (type === 'execution.completed') recorded.add(data['execution']!.id)
    }
    const last = events.at(-1)
    if (!last) break
    after = last.sequence
  }
  const gone: string[] = []
  for (const id of tasks) {
    const found = await send(url, 'GET', `/tasks/${id}`).then(
      () => true,
      () => false,
    )
    if (!found || !recorded.has(id)) gone.push(id)
  }
  for (const id of completions) {
    const done = await send<{ outcome: string }>(url, 'GET', `/executions/${id}`).then(
      ({ outcome }) => outcome === 'succeeded',
      () => false,
    )
    if (!done || !recorded.has(id)) gone.push(id)
  }
  return gone
}

test('kill -9 of the server under load, three times, loses nothing that was acknowledged', async () => {
  const acknowledged: Acknowledged = { tasks: [], completions: [] }
  for (let round = 0; round < 3; round++) {
    const server = place.start(['serve'], { PORT: '0' })
    const url = await addressOf(server)
    const writers = Array.from({ length: 6 }, (_, n) => write(url, `w${n}`, acknowledged))
    const enough = acknowledged.completions.length + 50
    while (acknowledged.completions.length < enough) await sleep(10)
    server.child.kill('SIGKILL')
    await Promise.all(writers)
    await server.ended()
  }
  const last = place.start(['serve'], { PORT: '0' })
  const url = await addressOf(last)
  // What the last kill left committed is numbered by the next leader, once the lease of the killed one is over.
  let gone = await missing(url, acknowledged)
  for (let turn = 0; gone.length > 0 && turn < 60; turn++) {
    await sleep(500)
    gone = await missing(url, acknowledged)
  }
  assert.deepEqual(gone, [])
  assert.ok(acknowledged.completions.length >= 150)

  const never = randomUUID()
  const wrong = { tasks: [never], completions: [] }
  assert.deepEqual(await missing(url, wrong), [never], 'the control: what is not there is noticed')
})
