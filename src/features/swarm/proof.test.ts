import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holdsTrue, Prover, type GraphBefore, type SwarmEvent } from './proof.ts'

const before: GraphBefore = {
  nodes: [
    { id: 'a', status: 'ready' },
    { id: 'b', status: 'ready' },
  ],
  edges: [{ source: 'a', target: 'b', type: 'hard' }],
}

const execution = (id: string, task: string, outcome: string | null = null) => ({
  execution: {
    id,
    task_id: task,
    parent_execution_id: null,
    outcome,
    success: outcome && outcome === 'succeeded',
  },
})
const task = (id: string, status: string) => ({ task: { id, status } })

/** Numbers events from 11 on, as the feed of a swarm that began at 10. */
const feed = (...events: [string, Record<string, unknown>][]): SwarmEvent[] =>
  events.map(([type, data], index) => ({ sequence: 11 + index, type, data }))

const run = (
  id: string,
  name: string,
  outcome: 'succeeded' | 'failed' = 'succeeded',
): [string, Record<string, unknown>][] => [
  ['execution.started', execution(id, name)],
  ['task.started', task(name, 'in_progress')],
  ['execution.completed', execution(id, name, outcome)],
  [
    `task.${outcome === 'succeeded' ? 'completed' : 'failed'}`,
    task(name, outcome === 'succeeded' ? 'completed' : 'failed'),
  ],
]

const prove = (events: SwarmEvent[], acknowledged: Record<string, boolean> = {}) => {
  const prover = new Prover(before, 10)
  for (const event of events) prover.read(event)
  return prover.finish(new Map(Object.entries(acknowledged)))
}

test('a drained graph whose order was kept is proven', () => {
  const proof = prove(feed(...run('x', 'a'), ...run('y', 'b')), { x: true, y: true })
  assert.equal(holdsTrue(proof), true)
  assert.deepEqual([proof.tasks, proof.completed, proof.executions], [2, 2, 2])
})

test('a failure that was retried is proven, and counted', () => {
  const proof = prove(
    feed(
      ...run('x', 'a', 'failed'),
      ['task.retried', task('a', 'ready')],
      ...run('z', 'a'),
      ...run('y', 'b'),
    ),
  )
  assert.equal(holdsTrue(proof), true)
  assert.equal(proof.failed_attempts, 1)
})

test('a lost attempt ends before the next begins, and is counted', () => {
  const lost: [string, Record<string, unknown>][] = [
    ['execution.started', execution('x', 'a')],
    ['task.started', task('a', 'in_progress')],
    ['execution.lost', execution('x', 'a', 'lost')],
    ['task.released', task('a', 'ready')],
  ]
  const proof = prove(feed(...lost, ...run('z', 'a'), ...run('y', 'b')))
  assert.equal(holdsTrue(proof), true)
  assert.equal(proof.lost_attempts, 1)
})

test('a task that runs twice at once is found', () => {
  const proof = prove(
    feed(
      ['execution.started', execution('x', 'a')],
      ['execution.started', execution('z', 'a')],
      ...run('y', 'b'),
    ),
  )
  assert.equal(proof.double_runs.length, 1)
})

test('a task that starts before its prerequisite is completed is found', () => {
  const proof = prove(feed(...run('y', 'b'), ...run('x', 'a')))
  assert.equal(proof.overtaken_prerequisites.length, 1)
})

test('an edge added under way counts as a prerequisite, a removed one does not', () => {
  const edge = { dependency: { task_id: 'a', depends_on_task_id: 'b', dependency_type: 'hard' } }
  assert.equal(
    prove(feed(['dependency.added', edge], ...run('x', 'a'), ...run('y', 'b'))).overtaken_prerequisites
      .length,
    1,
  )
  const gone = { dependency: { task_id: 'b', depends_on_task_id: 'a', dependency_type: 'hard' } }
  assert.equal(
    prove(feed(['dependency.removed', gone], ...run('y', 'b'), ...run('x', 'a'))).overtaken_prerequisites
      .length,
    0,
  )
})

test('an acknowledged completion that is not in the record is found', () => {
  const proof = prove(feed(...run('x', 'a'), ...run('y', 'b')), { x: true, y: true, gone: true })
  assert.deepEqual(proof.lost_work.length, 1)
})

test('an acknowledged success that was recorded as a failure is found', () => {
  const proof = prove(
    feed(
      ...run('x', 'a', 'failed'),
      ['task.retried', task('a', 'ready')],
      ...run('z', 'a'),
      ...run('y', 'b'),
    ),
    { x: true },
  )
  assert.equal(proof.lost_work.length, 1)
})

test('a task that was left undone is found', () => {
  assert.equal(prove(feed(...run('x', 'a'))).lost_work.length, 1)
})

test('a row missing from the record is found', () => {
  const events = feed(...run('x', 'a'), ...run('y', 'b'))
  assert.equal(holdsTrue(prove(events.filter((event) => event.sequence !== 12))), false)
})
