import assert from 'node:assert/strict'
import fc from 'fast-check'
import { reapLeases } from '../src/features/executions/duties.ts'
import type { Claim, Execution } from '../src/features/executions/schema.ts'
import { bodyOf, problemOf } from './answers.ts'
import { readExecution, runOutLease } from './claims.ts'
import { runDuty } from './duties.ts'
import type { LifeModel, ModelExecution, ModelTask, Refusal, Status } from './life-model.ts'
import type { TestAnswer, TestServer } from './server.ts'
import { createTask, readMetadata, readTask } from './tasks.ts'

/** What the commands are run against. A negative control puts something else in the place of `complete`. */
export interface Life {
  readonly server: TestServer
  complete(execution: string, body: Completion): Promise<TestAnswer>
}

export interface Completion {
  success: boolean
  lease_token: number | undefined
  claim_next?: { count: number }
}

export type LifeCommand = fc.AsyncCommand<LifeModel, Life>

const command = (
  name: string,
  run: (model: LifeModel, life: Life) => Promise<void>,
  check: (model: LifeModel) => boolean = ({ tasks }) => tasks.length > 0,
): LifeCommand => ({ check, run, toString: () => name })

const someExecution = ({ executions }: LifeModel): boolean => executions.length > 0
const pick = <T>(from: readonly T[], nth: number): T => from[nth % from.length]!

/** Newer executions are chosen more often: those are still open. */
const pickExecution = (model: LifeModel, nth: number): ModelExecution =>
  nth % 3 === 0 ? pick(model.executions, nth) : pick(model.executions.slice(-4), nth)

function expectRefusal(answer: TestAnswer, [status, code]: Refusal): void {
  problemOf(answer, status, code)
}

/** Which token a call carries: the right one, an older one, or none. */
type TokenChoice = 'right' | 'old' | 'none'
const tokenOf = (execution: ModelExecution, choice: TokenChoice): number | undefined => {
  if (choice === 'none') return undefined
  const right = execution.token ?? undefined
  if (choice === 'right' || right === undefined) return right
  return right > 1 ? right - 1 : 1_000
}

/** Checks what a claim handed out against the model's order, and opens its executions there. */
function takeClaims(model: LifeModel, worker: string, count: number, claims: Claim[]): void {
  const expected = model.claimable(worker).slice(0, count)
  assert.deepEqual(
    claims.map(({ task }) => task.number),
    expected.map((task) => task.number),
    'what is handed out, and in which order',
  )
  for (const [nth, task] of expected.entries()) {
    const { execution, lease } = claims[nth]!
    const older = model.executions.filter((each) => each.task === task && each.token !== null)
    assert.ok(
      older.every((each) => each.token! < lease.token),
      'tokens grow',
    )
    model.start(task, worker, execution.id, lease.token)
  }
}

const create = (priority: number, behind: readonly number[]): LifeCommand =>
  command(
    `create(${priority}, behind ${behind.join()})`,
    async (model, { server }) => {
      const prerequisites =
        model.tasks.length > 0 ? [...new Set(behind.map((nth) => pick(model.tasks, nth)))] : []
      const depends_on = prerequisites.map(({ number }) => number)
      const { id, number } = await createTask(server, { priority, depends_on })
      const task: ModelTask = { id, number, priority, status: 'ready', worker: null, retries: 0 }
      model.tasks.push(task)
      const edges = (await server.sql(
        'SELECT id, depends_on_task_id AS on FROM dependencies WHERE task_id = $1',
        [id],
      )) as { id: string; on: string }[]
      for (const prerequisite of prerequisites)
        model.edges.push({ id: edges.find(({ on }) => on === prerequisite.id)!.id, task, prerequisite })
    },
    () => true,
  )

const addEdge = (a: number, b: number): LifeCommand =>
  command(`addEdge(${a}, ${b})`, async (model, { server }) => {
    const [task, prerequisite] = [pick(model.tasks, a), pick(model.tasks, b)]
    const refusal = model.refuseEdge(task, prerequisite)
    const answer = await server.post(`/tasks/${task.id}/dependencies`, {
      depends_on_task_id: prerequisite.number,
    })
    if (refusal) return expectRefusal(answer, refusal)
    model.edges.push({ id: bodyOf<{ id: string }>(answer, 201).id, task, prerequisite })
  })

const removeEdge = (nth: number): LifeCommand =>
  command(
    `removeEdge(${nth})`,
    async (model, { server }) => {
      const edge = pick(model.edges, nth)
      const answer = await server.del(`/tasks/${edge.task.id}/dependencies/${edge.id}`)
      assert.equal(answer.status, 204)
      model.edges = model.edges.filter((each) => each !== edge)
    },
    ({ edges }) => edges.length > 0,
  )

const claim = (worker: string, count: number): LifeCommand =>
  command(
    `claim(${worker}, ${count})`,
    async (model, { server }) => {
      const answer = await server.post('/tasks/claim', { worker_id: worker, agent_type: 'coder', count })
      takeClaims(model, worker, count, bodyOf<Claim[]>(answer))
    },
    () => true,
  )

const complete = (nth: number, choice: TokenChoice, success: boolean, count: number): LifeCommand =>
  command(
    `complete(${nth}, ${choice} token, ${success ? 'success' : 'failure'}, next ${count})`,
    async (model, life) => {
      const execution = pickExecution(model, nth)
      const token = tokenOf(execution, choice)
      const refusal = model.refuseToken(execution, token)
      const answer = await life.complete(execution.id, {
        success,
        lease_token: token,
        ...(count > 0 ? { claim_next: { count } } : {}),
      })
      if (refusal) return expectRefusal(answer, refusal)
      const { outcome, next } = bodyOf<Execution & { next?: Claim[] }>(answer)
      assert.equal(outcome, success ? 'succeeded' : 'failed')
      model.end(execution.task, outcome === 'succeeded' ? 'succeeded' : 'failed', token)
      if (next) takeClaims(model, execution.worker, count, next)
    },
    someExecution,
  )

const heartbeat = (nth: number, choice: TokenChoice): LifeCommand =>
  command(
    `heartbeat(${nth}, ${choice} token)`,
    async (model, { server }) => {
      const execution = pickExecution(model, nth)
      const token = tokenOf(execution, choice) ?? 1
      const refusal = model.refuseToken(execution, token)
      const answer = await server.post(`/executions/${execution.id}/heartbeat`, { lease_token: token })
      if (refusal) expectRefusal(answer, refusal)
      else if (execution.token === null) problemOf(answer, 409, 'no_lease')
      else bodyOf(answer)
    },
    someExecution,
  )

const giveBack = (nth: number, choice: TokenChoice): LifeCommand =>
  command(
    `release(${nth}, ${choice} token)`,
    async (model, { server }) => {
      const execution = pickExecution(model, nth)
      const token = tokenOf(execution, choice)
      const refusal = model.refuseToken(execution, token)
      const answer = await server.post(`/executions/${execution.id}/release`, { lease_token: token })
      if (refusal) return expectRefusal(answer, refusal)
      bodyOf(answer)
      model.end(execution.task, 'released', token)
    },
    someExecution,
  )

const expire = (nth: number): LifeCommand =>
  command(
    `expire(${nth})`,
    async (model, { server }) => {
      const execution = pickExecution(model, nth)
      if (execution.outcome !== null || execution.token === null) return
      await runOutLease(server, execution.id)
      execution.expired = true
    },
    someExecution,
  )

const reap = (): LifeCommand =>
  command(
    'reap',
    async (model, { server }) => {
      await runDuty(server, reapLeases)
      model.loseExpired()
    },
    someExecution,
  )

const retry = (nth: number): LifeCommand =>
  command(`retry(${nth})`, async (model, { server }) => {
    const task = pick(model.tasks, nth)
    const answer = await server.post(`/tasks/${task.number}/retry`)
    if (task.status !== 'failed') return expectRefusal(answer, [409, 'not_failed'])
    bodyOf(answer)
    model.retry(task)
  })

const move = (nth: number, to: Status, choice: TokenChoice, override: boolean): LifeCommand =>
  command(
    `move(${nth}, ${to}, ${choice} token${override ? ', override' : ''})`,
    async (model, { server }) => {
      const task = pick(model.tasks, nth)
      const open = model.openExecution(task)
      const token = open && tokenOf(open, choice)
      const refusal = model.refuseMove(task, to, { token, override })
      const worker = to === 'assigned' ? { assigned_worker: 'w1' } : {}
      const body = { status: to, lease_token: token, override, ...worker }
      const answer = await server.patch(`/tasks/${task.id}`, body)
      if (refusal) return expectRefusal(answer, refusal)
      const { assigned_worker } = bodyOf<{ assigned_worker: string | null }>(answer)
      if (to === 'assigned') task.worker = 'w1'
      if (to === task.status) return
      if (to === 'assigned') task.status = to
      else if (to === 'ready') model.retry(task)
      else if (to === 'in_progress') {
        const [row] = (await server.sql(
          'SELECT id FROM executions WHERE task_id = $1 AND completed_at IS NULL',
          [task.id],
        )) as { id: string }[]
        model.start(task, assigned_worker!, row!.id, null)
      } else model.end(task, to === 'completed' ? 'succeeded' : 'failed', token)
    },
  )

const takeAway = (nth: number, override: boolean): LifeCommand =>
  command(`releaseTask(${nth}${override ? ', override' : ''})`, async (model, { server }) => {
    const task = pick(model.tasks, nth)
    const answer = await server.post(`/tasks/${task.id}/release`, { override })
    if (task.status !== 'assigned' && task.status !== 'in_progress')
      return expectRefusal(answer, [409, 'nothing_to_release'])
    const refusal = model.refuseEnding(task, { override })
    if (refusal) return expectRefusal(answer, refusal)
    bodyOf(answer)
    if (task.status === 'assigned') model.free(task)
    else model.end(task, 'released', undefined)
  })

const remove = (nth: number): LifeCommand =>
  command(`delete(${nth})`, async (model, { server }) => {
    const task = pick(model.tasks, nth)
    assert.equal((await server.del(`/tasks/${task.id}`)).status, 204)
    model.remove(task)
  })

const nth = fc.nat(999)
const choice = fc.constantFrom<TokenChoice>('right', 'right', 'right', 'old', 'none')
const worker = fc.constantFrom('w1', 'w2', 'w3')
const status = fc.constantFrom<Status>('ready', 'assigned', 'in_progress', 'completed', 'failed')
const seldom = fc.integer({ min: 0, max: 4 }).map((n) => n === 0)

/** What may happen in a task's life. Those that lead on are named more than once, so that they happen more often. */
const completions = fc.tuple(nth, choice, fc.boolean(), fc.integer({ min: 0, max: 2 }))
export const LIFE_COMMANDS: fc.Arbitrary<LifeCommand>[] = [
  fc.tuple(fc.integer({ min: 1, max: 5 }), fc.array(nth, { maxLength: 2 })).map((args) => create(...args)),
  fc.tuple(nth, nth).map((args) => addEdge(...args)),
  nth.map(removeEdge),
  fc.tuple(worker, fc.integer({ min: 1, max: 3 })).map((args) => claim(...args)),
  completions.map((args) => complete(...args)),
  completions.map((args) => complete(...args)),
  fc.tuple(nth, choice).map((args) => heartbeat(...args)),
  fc.tuple(nth, choice).map((args) => giveBack(...args)),
  nth.map(expire),
  fc.constant(null).map(reap),
  nth.map(retry),
  fc.tuple(nth, status, choice, seldom).map((args) => move(...args)),
  fc.tuple(nth, seldom).map((args) => takeAway(...args)),
  fc.tuple(nth, seldom).map(([n, really]) => (really ? remove(n) : create(3, []))),
]

/** Compares all that the server tells of its tasks and executions with the model. */
export async function compareLife(model: LifeModel, { server }: Life): Promise<void> {
  for (const task of model.tasks) {
    const { status, assigned_worker, unmet_dependencies } = await readTask(server, task.id)
    assert.deepEqual(
      { status, assigned_worker, unmet_dependencies },
      { status: task.status, assigned_worker: task.worker, unmet_dependencies: model.unmet(task).length },
    )
    const { retry_count } = await readMetadata(server, task.id)
    assert.equal(Number(retry_count ?? 0), task.retries)
  }
  for (const execution of model.executions)
    if (model.tasks.includes(execution.task))
      assert.equal((await readExecution(server, execution.id)).outcome, execution.outcome)
}
