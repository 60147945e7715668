import assert from 'node:assert/strict'
import type { Claim } from '../../src/features/executions/index.ts'
import type { TestAnswer, TestServer } from '../server.ts'
import type { Random } from '../torture/random.ts'

/** An execution that somebody holds, or held. */
interface Held {
  execution: string
  token: number | undefined
}

/** What the clients of one tenant fight over. */
export interface Arena {
  readonly key: string
  readonly random: Random
  readonly tasks: string[]
  readonly edges: { task: string; edge: string }[]
  readonly held: Held[]
  /** What completions were answered: whether the execution succeeded. */
  readonly acknowledged: Map<string, boolean>
  /** How often each move was done. */
  readonly done: Map<string, number>
}

/** Sends a request; answers undefined where it was refused. */
type Call = <Body>(
  method: 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
) => Promise<Body | undefined>

/** One thing that a client may do to the tasks of all; answers whether it did something. */
type Move = (arena: Arena, call: Call) => Promise<boolean>

/** Fewer are not deleted, more are not made. */
const [FEWEST, MOST] = [6, 14]
const WORKERS = ['ada', 'bob', 'cyd']

const wishOf = ({ random }: Arena) => ({
  worker_id: random.one(WORKERS),
  agent_type: random.one(['coder', 'tester']),
  count: random.between(1, 3),
  // So short that some run out.
  lease_seconds: random.between(1, 3),
})

function hold(arena: Arena, claims: readonly Claim[] = []): void {
  for (const { execution, lease } of claims) arena.held.push({ execution: execution.id, token: lease.token })
}

/** Takes some of what is held; now and then leaves it to be held by another one as well. */
function takeSome({ held, random }: Arena, most: number): Held[] {
  const some = held.splice(random.between(0, held.length), most)
  if (random.happens(0.25)) held.push(...some)
  return some
}

/** The executions that an answer says are ended. */
function acknowledge({ acknowledged }: Arena, execution: string, success: boolean): void {
  assert.ok(!acknowledged.has(execution), `two completions of execution ${execution} were accepted`)
  acknowledged.set(execution, success)
}

const create: Move = async ({ random, tasks }, call) => {
  if (tasks.length >= MOST) return false
  const depends_on = random.happens(0.5) ? [random.one(tasks)] : []
  const made = await call<{ id: string }>('POST', '/tasks', { title: 'another', depends_on })
  if (made) tasks.push(made.id)
  return made !== undefined
}

const createBatch: Move = async ({ random, tasks }, call) => {
  if (tasks.length >= MOST - 1) return false
  const items = [
    { ref: 'first', title: 'first' },
    { title: 'second', depends_on: ['first', random.one(tasks)] },
  ]
  const made = await call<{ id: string }[]>('POST', '/tasks/batch', items)
  tasks.push(...(made ?? []).map(({ id }) => id))
  return made !== undefined
}

const remove: Move = async ({ random, tasks }, call) => {
  if (tasks.length <= FEWEST) return false
  const [task] = tasks.splice(random.between(0, tasks.length - 1), 1)
  await call('DELETE', `/tasks/${task}`)
  return true
}

const addEdge: Move = async ({ random, tasks, edges }, call) => {
  const task = random.one(tasks)
  const added = await call<{ id: string }>('POST', `/tasks/${task}/dependencies`, {
    depends_on_task_id: random.one(tasks),
    dependency_type: random.happens(0.8) ? 'hard' : 'soft',
  })
  if (added) edges.push({ task, edge: added.id })
  return added !== undefined
}

const removeEdge: Move = async ({ random, edges }, call) => {
  const [found] = edges.splice(random.between(0, edges.length), 1)
  if (!found) return false
  return (await call('DELETE', `/tasks/${found.task}/dependencies/${found.edge}`)) !== undefined
}

const claim: Move = async (arena, call) => {
  const claims = await call<Claim[]>('POST', '/tasks/claim', wishOf(arena))
  hold(arena, claims)
  return (claims ?? []).length > 0
}

const complete: Move = async (arena, call) => {
  const [mine] = takeSome(arena, 1)
  if (!mine) return false
  const success = arena.random.happens(0.7)
  const claim_next = arena.random.happens(0.5) ? wishOf(arena) : undefined
  const ended = await call<{ next?: Claim[] }>('POST', `/executions/${mine.execution}/complete`, {
    success,
    lease_token: mine.token,
    claim_next,
  })
  if (!ended) return false
  acknowledge(arena, mine.execution, success)
  hold(arena, ended.next)
  return true
}

const completeBatch: Move = async (arena, call) => {
  const some = takeSome(arena, arena.random.between(1, 5))
  if (some.length === 0) return false
  if (arena.random.happens(0.3)) some.push(some[0]!)
  const endings = some.map(({ execution, token }) => ({
    execution_id: execution,
    lease_token: token,
    success: arena.random.happens(0.7),
  }))
  const ended = await call<{ execution: { success: boolean } | null }[]>(
    'POST',
    '/executions/complete',
    endings,
  )
  for (const [nth, { execution }] of (ended ?? []).entries())
    if (execution) acknowledge(arena, endings[nth]!.execution_id, execution.success)
  return ended?.some(({ execution }) => execution) ?? false
}

const beat: Move = async ({ random, held }, call) => {
  if (held.length === 0) return false
  const { execution, token } = random.one(held)
  if (token === undefined) return false
  const body = { lease_token: token, lease_seconds: random.between(1, 3), progress: { half: true } }
  return (await call('POST', `/executions/${execution}/heartbeat`, body)) !== undefined
}

const releaseExecution: Move = async (arena, call) => {
  const [mine] = takeSome(arena, 1)
  if (!mine) return false
  const body = { lease_token: mine.token, note: 'not today' }
  return (await call('POST', `/executions/${mine.execution}/release`, body)) !== undefined
}

const start: Move = async (arena, call) => {
  const { random } = arena
  const lease_seconds = random.happens(0.5) ? random.between(1, 3) : undefined
  const started = await call<{ id: string; lease?: { token: number } }>(
    'POST',
    `/tasks/${random.one(arena.tasks)}/executions`,
    { agent_type: 'helper', worker_id: random.one(WORKERS), lease_seconds },
  )
  if (started) arena.held.push({ execution: started.id, token: started.lease?.token })
  return started !== undefined
}

/** What asks something of one task. */
const ask =
  (bodyOf: (random: Random) => readonly ['POST' | 'PATCH' | 'DELETE', string, unknown?]): Move =>
  async ({ random, tasks }, call) => {
    const [method, path, body] = bodyOf(random)
    return (await call(method, `/tasks/${random.one(tasks)}${path}`, body)) !== undefined
  }

const MOVES: Readonly<Record<string, Move>> = {
  create,
  createBatch,
  remove,
  addEdge,
  removeEdge,
  claim,
  complete,
  completeBatch,
  beat,
  releaseExecution,
  start,
  retry: ask(() => ['POST', '/retry', {}]),
  assign: ask((random) => ['POST', '/assign', { worker_id: random.one(WORKERS) }]),
  release: ask((random) => ['POST', '/release', { override: random.happens(0.5) }]),
  prioritise: ask((random) => ['PATCH', '', { priority: random.between(1, 5) }]),
  rename: ask((random) => ['PATCH', '', { title: `title ${random.between(1, 99)}` }]),
  move: ask((random) => ['PATCH', '', { status: random.one(['assigned', 'in_progress', 'ready']) }]),
  end: ask((random) => [
    'PATCH',
    '',
    { status: random.one(['completed', 'failed']), override: random.happens(0.5) },
  ]),
  setMetadata: ask((random) => [
    'POST',
    '/metadata',
    { key: 'agent_type', value: random.one(['coder', 'tester']) },
  ]),
  removeMetadata: ask(() => ['DELETE', '/metadata/agent_type']),
  tag: ask((random) => ['POST', '/tags', [random.one(['red', 'blue'])]]),
}

/** What runs most often, so that tasks are begun and ended as fast as they are made. */
const OFTEN = ['claim', 'claim', 'complete', 'complete', 'complete', 'completeBatch', 'addEdge', 'removeEdge']

/** The names of all moves. */
export const MOVE_NAMES = Object.keys(MOVES)

const DRAWN = [...MOVE_NAMES, ...OFTEN]

/** One client's moves until the time is over. Any answer but a yes or a refusal that fits a sound request is a fault. */
export async function fight(arena: Arena, name: string, server: TestServer, until: number): Promise<void> {
  const { key, random, done } = arena
  let calls = 0
  const call: Call = async <Body>(method: string, path: string, body?: unknown) => {
    const keyed = method === 'POST' && random.happens(0.6)
    const headers: Record<string, string> = keyed ? { 'idempotency-key': `${name}-${++calls}` } : {}
    const answer: TestAnswer = await server.http(method, path, body, { key, headers })
    if (answer.status < 300) return (answer.body ?? {}) as Body
    const { code } = answer.body as { code: string }
    assert.ok(
      [404, 409].includes(answer.status) ||
        ['invalid_status_transition', 'dependency_on_itself'].includes(code),
      `${method} ${path} ${JSON.stringify(body)}: ${answer.status} ${JSON.stringify(answer.body)}`,
    )
    return undefined
  }
  while (Date.now() < until) {
    const move = random.one(DRAWN)
    if (await MOVES[move]!(arena, call)) done.set(move, (done.get(move) ?? 0) + 1)
  }
}
