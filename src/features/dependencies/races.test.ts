import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { bodyOf, problemOf } from '../../../test/answers.ts'
import { claimTasks, complete } from '../../../test/claims.ts'
import { miscounts } from '../../../test/graph.ts'
import { untilWaiting } from '../../../test/locks.ts'
import { testServer, type TestAnswer, type TestServer } from '../../../test/server.ts'
import { createTask, createTasks, moveTask, readTask } from '../../../test/tasks.ts'
import { transact, type Scope } from '../../kernel/database.ts'
import { findCycle, type Ends } from './rules.ts'
import * as sql from './sql.ts'

let server: TestServer
let tenant: string
before(async () => {
  server = await testServer()
  await createTask(server)
  const [row] = (await server.sql('SELECT tenant_id FROM tasks')) as [{ tenant_id: string }]
  tenant = row.tenant_id
})
after(() => server.close())
afterEach(() => server.sql('DELETE FROM dependencies; DELETE FROM tasks'))

const someTasks = async (count: number): Promise<string[]> => {
  const tasks = await createTasks(
    server,
    Array.from({ length: count }, () => ({})),
  )
  return tasks.map((task) => task.id)
}

const add = (task: string, prerequisite: string, dependency_type = 'hard'): Promise<TestAnswer> =>
  server.post(`/tasks/${task}/dependencies`, { depends_on_task_id: prerequisite, dependency_type })

const allEdges = async (): Promise<Ends[]> =>
  (await server.sql('SELECT task_id, depends_on_task_id FROM dependencies')) as Ends[]

/** A sequence that looks random and is the same in every run. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
}

/** Runs `work` in that many clients at once. */
const atOnce = (clients: number, work: (client: number) => Promise<void>): Promise<void[]> =>
  Promise.all(Array.from({ length: clients }, (_, client) => work(client)))

/** Sixteen clients try random edges among forty tasks; answers a loop among what was let in, if there is one. */
async function loopAfterRace(
  seed: number,
  rounds: number,
  tryEdge: (task: string, prerequisite: string) => Promise<void>,
): Promise<string[] | undefined> {
  const tasks = await someTasks(40)
  await atOnce(16, async (client) => {
    const random = randomFrom(seed * 100 + client + 1)
    for (let round = 0; round < rounds; round++) {
      const task = random(tasks.length)
      const other = (task + 1 + random(tasks.length - 1)) % tasks.length
      await tryEdge(tasks[task]!, tasks[other]!)
    }
  })
  return findCycle(await allEdges())
}

/**
 * What adding an edge does, without HTTP: lock the two tasks, look, and after a moment write. With the graph row locked
 * first, or, as the negative control, without.
 */
const addBySql = (lockGraph: boolean) => (task: string, prerequisite: string) =>
  transact(server.app.pool, async (db) => {
    const scope: Scope = { db, tenant }
    if (lockGraph) await sql.lockGraph(scope)
    await sql.lockStatuses(scope, [task, prerequisite])
    const [found] = await sql.lookBeforeEdge(scope, task, prerequisite)
    await pause(2)
    if (!found!.there && !found!.loop)
      await sql.writeEdges(scope, [task], [prerequisite], ['soft'], [], [], [])
  })

test('of two opposite edges added at once exactly one stands', async () => {
  for (let round = 0; round < 60; round++) {
    const [a, b] = await someTasks(2)
    const answers = await Promise.all([add(a!, b!), add(b!, a!, round % 2 ? 'soft' : 'hard')])
    assert.deepEqual(answers.map((answer) => answer.status).toSorted(), [201, 409])
    problemOf(
      answers.find((answer) => answer.status === 409)!,
      409,
      'dependency_cycle',
    )
  }
  assert.equal((await allEdges()).length, 60)
})

test('of the edges of a ring added at once all but one stand', async () => {
  for (let round = 0; round < 20; round++) {
    const ring = await someTasks(6)
    const answers = await Promise.all(ring.map((task, nth) => add(task, ring[(nth + 1) % ring.length]!)))
    assert.deepEqual(answers.map((answer) => answer.status).toSorted(), [201, 201, 201, 201, 201, 409])
  }
})

test('of the same edge added by many at once one stands, and is counted once', async () => {
  const [task, prerequisite] = await someTasks(2)
  const answers = await Promise.all(Array.from({ length: 12 }, () => add(task!, prerequisite!)))
  assert.equal(answers.filter((answer) => answer.status === 201).length, 1)
  for (const answer of answers.filter((each) => each.status !== 201))
    problemOf(answer, 409, 'dependency_exists')
  assert.equal((await readTask(server, task!)).unmet_dependencies, 1)
})

test('sixteen clients that add random edges among forty tasks never make a loop', async () => {
  const seen = new Set<string>()
  const loop = await loopAfterRace(1, 25, async (task, prerequisite) => {
    const answer = await add(task, prerequisite)
    seen.add(answer.status === 201 ? 'added' : (answer.body as { code: string }).code)
  })
  assert.equal(loop, undefined)
  assert.deepEqual([...seen].toSorted(), ['added', 'dependency_cycle', 'dependency_exists'])
  assert.deepEqual(await miscounts(server), [])
})

test('the graph row alone keeps loops out: with it none, without it the same race makes one', async () => {
  assert.equal(await loopAfterRace(2, 6, addBySql(true)), undefined)
  let loop: string[] | undefined
  for (let seed = 3; seed < 13 && !loop; seed++) loop = await loopAfterRace(seed, 6, addBySql(false))
  assert.ok(loop, 'ten races without the graph row made no loop: this test would not notice its absence')
})

/**
 * Sends a request while a transaction holds what `change` has locked and written, commits once the request waits for it,
 * and answers what the request then gets.
 */
async function meeting(
  change: (scope: Scope) => Promise<unknown>,
  request: () => Promise<TestAnswer>,
): Promise<TestAnswer> {
  const sent = await transact(server.app.pool, async (db) => {
    await change({ db, tenant })
    const answer = request()
    await untilWaiting(server.app.pool)
    // Wrapped, since a promise that is returned here would be waited for before the commit that it waits for.
    return { answer }
  })
  return sent.answer
}

const unmet = async (id: string): Promise<number> => (await readTask(server, id)).unmet_dependencies

/** The two ways to complete a task; each prepares it, and answers what then does it. */
const COMPLETIONS = {
  async 'by its worker'(id: string): Promise<() => Promise<TestAnswer>> {
    bodyOf(await server.post(`/tasks/${id}/tags`, [id]))
    const [claim] = await claimTasks(server, { tags: [id] })
    return () => complete(server, claim!)
  },
  async 'by hand'(id: string): Promise<() => Promise<TestAnswer>> {
    await moveTask(server, id, 'assigned', 'in_progress')
    return () => server.patch(`/tasks/${id}`, { status: 'completed' })
  },
}
type Completion = keyof typeof COMPLETIONS

/**
 * A completion begins before a hard edge to its task is committed, and ends after it. Answers the count that the edge's
 * task is left with. `noticed`: whether the edge raises `dependents_version` of the prerequisite, as it should.
 */
async function countAfterAdding(completion: Completion, noticed = 1): Promise<number> {
  const [known, late, prerequisite] = await someTasks(3)
  bodyOf(await add(known!, prerequisite!), 201)
  const ends = [late!, prerequisite!]
  const answer = await meeting(
    async (scope) => {
      await sql.lockGraph(scope)
      await sql.lockStatuses(scope, ends)
      await sql.writeEdges(scope, [late!], [prerequisite!], ['hard'], ends, [1, 0], [0, noticed])
    },
    await COMPLETIONS[completion](prerequisite!),
  )
  bodyOf(answer)
  assert.equal(await unmet(known!), 0)
  return unmet(late!)
}

/** The same for an edge that is removed. Its task waits for another prerequisite, too. */
async function countAfterRemoving(completion: Completion): Promise<number> {
  const [task, prerequisite, other] = await someTasks(3)
  const { id } = bodyOf<{ id: string }>(await add(task!, prerequisite!), 201)
  bodyOf(await add(task!, other!), 201)
  const answer = await meeting(
    async (scope) => {
      await sql.lockStatuses(scope, [prerequisite!])
      await sql.removeEdges(scope, [id], null)
    },
    await COMPLETIONS[completion](prerequisite!),
  )
  bodyOf(answer)
  return unmet(task!)
}

for (const completion of ['by its worker', 'by hand'] as const) {
  test(`a completion ${completion} that meets an edge being added counts it`, async () => {
    assert.equal(await countAfterAdding(completion), 0)
  })

  test(`a completion ${completion} that meets an edge being removed does not count it twice`, async () => {
    assert.equal(await countAfterRemoving(completion), 1)
  })
}

test('what tells a completion of a new edge is dependents_version: without it the task would wait for ever', async () => {
  assert.equal(await countAfterAdding('by its worker', 0), 1)
})

/** What a completion does to a task and its dependents, without its execution. */
const completeBySql = (id: string) => async (scope: Scope) => {
  await sql.lockStatuses(scope, [id])
  await scope.db.query(`UPDATE tasks SET status = 'completed' WHERE tenant_id = $1 AND id = $2`, [tenant, id])
  await sql.releaseDependents(scope, id)
}

test('an edge that is added while its prerequisite is being completed is met from the start', async () => {
  const [task, prerequisite] = await someTasks(2)
  bodyOf(await meeting(completeBySql(prerequisite!), () => add(task!, prerequisite!)), 201)
  assert.equal(await unmet(task!), 0)
})

test('a task that is created while its prerequisite is being completed does not wait for it', async () => {
  const [prerequisite] = await someTasks(1)
  const answer = await meeting(completeBySql(prerequisite!), () =>
    server.post('/tasks', { title: 'late', depends_on: [prerequisite] }),
  )
  assert.equal(bodyOf<{ unmet_dependencies: number }>(answer, 201).unmet_dependencies, 0)
})

test('an edge that is removed while its prerequisite is being completed is not counted twice', async () => {
  const [task, prerequisite, other] = await someTasks(3)
  const { id } = bodyOf<{ id: string }>(await add(task!, prerequisite!), 201)
  bodyOf(await add(task!, other!), 201)
  const remove = () => server.del(`/tasks/${task}/dependencies/${id}`)
  bodyOf(await meeting(completeBySql(prerequisite!), remove), 204)
  assert.equal(await unmet(task!), 1)
})

test('an edge that is added to a task being deleted finds no task', async () => {
  const [task, prerequisite] = await someTasks(2)
  const answer = await meeting(
    async (scope) => {
      await sql.lockStatuses(scope, [prerequisite!])
      await scope.db.query('DELETE FROM tasks WHERE tenant_id = $1 AND id = $2', [tenant, prerequisite])
    },
    () => add(task!, prerequisite!),
  )
  problemOf(answer, 404, 'task_not_found')
  assert.equal(await unmet(task!), 0)
})

test('while edges come and go, tasks are completed and others deleted, every count stays true', async () => {
  const tasks = await someTasks(30)
  const unexpected: string[] = []
  const expectOneOf = (answer: TestAnswer, ...statuses: number[]): void => {
    if (!statuses.includes(answer.status)) unexpected.push(`${answer.status} ${JSON.stringify(answer.body)}`)
  }
  await atOnce(14, async (client) => {
    const random = randomFrom(77 + client)
    const pick = () => tasks[random(tasks.length)]!
    for (let round = 0; round < 25; round++) {
      if (client < 6) expectOneOf(await add(pick(), pick(), random(4) ? 'hard' : 'soft'), 201, 400, 404, 409)
      else if (client < 9) {
        const task = pick()
        const list = await server.get(`/tasks/${task}/dependencies`)
        expectOneOf(list, 200, 404)
        for (const { id } of list.status === 200 ? (list.body as { id: string }[]).slice(0, 2) : [])
          expectOneOf(await server.del(`/tasks/${task}/dependencies/${id}`), 204, 404)
      } else if (client < 12) {
        for (const claim of await claimTasks(server, { count: 1 })) {
          const answer = await complete(server, claim, { success: random(5) > 0 })
          // Its task may have been deleted meanwhile.
          expectOneOf(answer, 200, 404)
          if (answer.status === 200)
            expectOneOf(await server.post(`/tasks/${claim.task.id}/retry`), 200, 404, 409)
        }
      } else {
        expectOneOf(await server.del(`/tasks/${pick()}`), 204, 404)
        tasks[random(tasks.length)] = (await createTask(server)).id
      }
    }
  })
  assert.deepEqual(unexpected, [])
  assert.deepEqual(await miscounts(server), [])
  assert.equal(findCycle(await allEdges()), undefined)
})
