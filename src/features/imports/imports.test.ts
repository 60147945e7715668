import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf, problemOf } from '../../../test/answers.ts'
import { miscounts } from '../../../test/graph.ts'
import {
  beadsLines,
  contentOfTables,
  fixture,
  imported,
  send,
  sourcedTasks,
  waiting,
  type SourcedTask,
} from '../../../test/imports.ts'
import { endWaiting, untilWaiting, whileHeld } from '../../../test/locks.ts'
import { keyOfNewTenant } from '../../../test/people.ts'
import { recordEnd, recordOf, recordSince, typesOf } from '../../../test/record.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import type { ImportReport } from './schema.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

const none = { total: 0, first: [] }

const find = async (source_ref: string): Promise<SourcedTask> => (await sourcedTasks(server)).get(source_ref)!

/** A task's metadata as the record keeps it: without what its other members say already. */
function storedOf({ metadata }: SourcedTask): Record<string, string> {
  const { assigned_worker: _worker, tags: _tags, ...stored } = metadata
  return stored
}

/** What all tables hold, but for the rows by which imports, and those who add edges, take turns. */
async function contentWithoutTurns(): Promise<Record<string, string>> {
  const { import_turns: _turns, graphs: _graphs, ...content } = await contentOfTables(server)
  return content
}

test('a Beads export becomes tasks, metadata and edges, and every loss is counted', async () => {
  assert.deepEqual(await imported(server, 'beads', fixture('beads.jsonl')), {
    format: 'beads',
    dry_run: false,
    created: 4,
    reopened: 0,
    updated: 0,
    overwritten: none,
    unchanged: 0,
    status_kept: none,
    skipped: { total: 1, reasons: { tombstone: 1 } },
    errors: none,
    edges: {
      added: 1,
      existing: 0,
      duplicate: 0,
      dangling: {
        total: 2,
        first: [
          { line: 3, from: 'beads:hive-b2', to: 'beads:hive-gone' },
          { line: 5, from: 'beads:hive-c3', to: 'beads:hive-missing' },
        ],
      },
      loops: none,
      self: none,
      already_started: none,
    },
    fields_without_place: { 'dependencies.created_at': 2, 'dependencies.created_by': 2 },
    kept_as_metadata: {
      issue_type: 4,
      'dependencies.discovered-from': 2,
      status: 2,
      assignee: 1,
      close_reason: 1,
      comments: 1,
      'dependencies.parent-child': 1,
    },
    truncated: {},
  })
  const tasks = await sourcedTasks(server)
  const comb = tasks.get('beads:hive-a1')!
  const nectar = tasks.get('beads:hive-a1.1')!
  const meadow = tasks.get('beads:hive-b2')!
  assert.equal(tasks.size, 4)
  assert.deepEqual(
    [comb.title, comb.description, comb.status, comb.priority, comb.effort_estimate, comb.tags],
    ['Lay the first comb', 'Wax before honey.\nSix sides each.', 'ready', 5, 90, ['wax', 'comb']],
  )
  assert.deepEqual(
    [comb.created_at, comb.updated_at],
    ['2025-11-03T05:58:07.295058Z', '2025-11-03T20:56:22.000000Z'],
  )
  assert.equal(comb.metadata['beads_issue_type'], 'epic')
  assert.match(comb.metadata['source_hash'] ?? '', /^[0-9a-f]{64}$/)
  assert.deepEqual([nectar.status, nectar.unmet_dependencies], ['ready', 1])
  const { body } = await server.get(`/tasks/${nectar.number}/dependencies`)
  assert.deepEqual(
    body.map((edge: { depends_on_task_id: string; dependency_type: string }) => [
      edge.depends_on_task_id,
      edge.dependency_type,
    ]),
    [[comb.id, 'hard']],
  )
  assert.deepEqual([meadow.status, meadow.updated_at], ['completed', '2025-10-02T08:00:00.500000Z'])
  const history = await server.get(`/tasks/${meadow.id}/executions`)
  assert.deepEqual(history.body.executions, [], 'it never ran here')
})

test('a second import of the same source changes nothing and records nothing', async () => {
  const before = await contentWithoutTurns()
  const report = await imported(server, 'beads', fixture('beads.jsonl'))
  assert.deepEqual(
    [report.created, report.updated, report.unchanged, report.edges.added, report.edges.existing],
    [0, 0, 4, 0, 1],
  )
  assert.deepEqual(await contentWithoutTurns(), before)
})

test('the first import tells the planner what is there', async () => {
  const known = await server.sql(
    `SELECT DISTINCT tablename FROM pg_stats
     WHERE tablename IN ('tasks', 'task_texts', 'task_metadata') AND attname = 'tenant_id'`,
  )
  assert.equal(known.length, 3)
})

test('each new task is one row of the record, with its final count and its metadata', async () => {
  const source = beadsLines(waiting('rec-2', 'rec-1', 'rec-3'), waiting('rec-1'), waiting('rec-3'))
  const answer = await send(server, 'beads', source)
  const rows = await recordOf(server, answer)
  assert.deepEqual(typesOf(rows), [
    'dependency.added',
    'dependency.added',
    'task.created',
    'task.created',
    'task.created',
  ])
  for (const row of rows.filter(({ entity_type }) => entity_type === 'task')) {
    const { body } = await server.get(`/tasks/${row.entity_id}?include=metadata`)
    assert.deepEqual(row.new_values, body)
    assert.equal(row.old_values, null)
  }
  assert.equal(
    rows.find((row) => row.new_values!['title'] === 'Task rec-2')!.new_values!['unmet_dependencies'],
    2,
  )
})

test('what changed in the source is updated, and the status stays as it is here', async () => {
  const first = { id: 'up-1', title: 'Old title', description: 'Old', assignee: 'queen', labels: ['wax'] }
  await imported(server, 'beads', beadsLines(first, { id: 'up-2', title: 'Stays' }))
  const { id } = await find('beads:up-1')
  await server.post(`/tasks/${id}/metadata`, { key: 'branch', value: 'mine' })
  await server.post(`/tasks/${id}/assign`, { worker_id: 'bifrost' })
  const before = await find('beads:up-1')
  const bystander = await find('beads:up-2')

  const changed = {
    id: 'up-1',
    title: 'New title',
    description: 'New',
    priority: 0,
    estimated_minutes: 5,
    labels: ['honey'],
    notes: 'now',
  }
  const answer = await send(server, 'beads', beadsLines(changed, { id: 'up-2', title: 'Stays' }))
  const report = bodyOf<ImportReport>(answer)
  assert.deepEqual([report.created, report.updated, report.unchanged], [0, 1, 1])
  const after = await find('beads:up-1')
  const { source_hash, ...metadata } = after.metadata
  assert.notEqual(source_hash, before.metadata['source_hash'])
  assert.deepEqual(
    { ...after, metadata },
    {
      ...before,
      title: 'New title',
      description: 'New',
      priority: 5,
      effort_estimate: 5,
      tags: ['honey'],
      version: before.version + 1,
      updated_at: after.updated_at,
      metadata: {
        assigned_worker: 'bifrost',
        beads_notes: 'now',
        branch: 'mine',
        source_ref: 'beads:up-1',
        tags: '["honey"]',
      },
    },
  )
  assert.equal(after.status, 'assigned')
  assert.deepEqual(await find('beads:up-2'), bystander)

  const [row, ...others] = await recordOf(server, answer)
  assert.deepEqual(others, [])
  assert.equal(row!.event_type, 'task.updated')
  assert.deepEqual(row!.new_values, { ...after, metadata: storedOf(after) })
  assert.deepEqual(row!.old_values, {
    title: 'Old title',
    description: 'Old',
    priority: 3,
    effort_estimate: null,
    tags: ['wax'],
    version: before.version,
    updated_at: before.updated_at,
    metadata: storedOf(before),
  })
})

test('what a changed source overwrites of what was changed here is told, and nothing else is', async () => {
  const issue = (nth: number, more = {}) => ({
    id: `over-${nth}`,
    title: `Over ${nth}`,
    description: 'Words',
    labels: ['wax', 'amber'],
    notes: 'n',
    estimated_minutes: 30,
    ...more,
  })
  const source = (more = {}) => beadsLines(...[1, 2, 3, 4, 5].map((nth) => issue(nth, more)))
  await imported(server, 'beads', source())
  const idOf = async (nth: number) => (await find(`beads:over-${nth}`)).id
  await server.patch(`/tasks/${await idOf(1)}`, { description: 'Better words' })
  await server.post(`/tasks/${await idOf(2)}/tags`, ['wax', 'amber', 'mine'])
  await server.post(`/tasks/${await idOf(3)}/metadata`, { key: 'beads_notes', value: 'mine' })
  // What no import writes is overwritten by none.
  await server.post(`/tasks/${await idOf(4)}/metadata`, { key: 'branch', value: 'mine' })
  await server.post(`/tasks/${await idOf(4)}/assign`, { worker_id: 'bifrost' })

  assert.deepEqual((await imported(server, 'beads', source())).overwritten, none)
  assert.equal((await find('beads:over-1')).description, 'Better words')
  const overwritten = {
    total: 3,
    first: [1, 2, 3].map((nth) => ({ line: nth, source_ref: `beads:over-${nth}` })),
  }
  const changed = source({ priority: 0 })
  const dry = await imported(server, 'beads', changed, 'dry_run=true')
  assert.deepEqual([dry.updated, dry.overwritten], [5, overwritten])
  const report = await imported(server, 'beads', changed)
  assert.deepEqual([report.updated, report.overwritten], [5, overwritten])
  assert.equal((await find('beads:over-1')).description, 'Words')
  assert.deepEqual((await imported(server, 'beads', source({ priority: 4 }))).overwritten, none)
})

test('what was closed in the source since is told, and its status stays as it is here', async () => {
  await imported(server, 'beads', beadsLines({ id: 'shut-1', title: 'Shut' }))
  const closed = beadsLines({ id: 'shut-1', title: 'Shut', status: 'closed' })
  const report = await imported(server, 'beads', closed)
  assert.deepEqual(report.status_kept, {
    total: 1,
    first: [{ line: 1, source_ref: 'beads:shut-1', status: 'ready' }],
  })
  assert.equal((await find('beads:shut-1')).status, 'ready')
})

test('reopen makes what is closed in the source ready, and moves nothing that is here already', async () => {
  const source = beadsLines(
    { ...waiting('re-1', 're-2'), status: 'closed', closed_at: '2025-10-02T10:00:00Z' },
    { ...waiting('re-2'), status: 'closed' },
    waiting('re-3', 're-1'),
  )
  const report = await imported(server, 'beads', source, 'reopen=true')
  assert.deepEqual([report.created, report.reopened, report.edges.added], [3, 2, 2])
  const tasks = await sourcedTasks(server)
  assert.deepEqual(
    ['re-1', 're-2', 're-3'].map((id) => {
      const task = tasks.get(`beads:${id}`)!
      return [task.status, task.unmet_dependencies]
    }),
    [
      ['ready', 1],
      ['ready', 0],
      ['ready', 1],
    ],
  )
  await imported(server, 'beads', beadsLines({ id: 're-9', title: 'Done', status: 'closed' }))
  const again = await imported(
    server,
    'beads',
    beadsLines({ id: 're-9', title: 'Done', status: 'closed' }),
    'reopen=true',
  )
  assert.deepEqual([again.unchanged, again.reopened], [1, 0])
  assert.equal((await find('beads:re-9')).status, 'completed')
})

test('dangling, looping, repeated and late edges are counted apart, and the rest of the graph stands', async () => {
  const source = beadsLines(
    waiting('g-1', 'g-2', 'g-2', 'g-none'),
    waiting('g-2', 'g-3'),
    waiting('g-3', 'g-1', 'g-3'),
    { ...waiting('g-4', 'g-1'), status: 'closed' },
    {
      id: 'g-5',
      title: 'Names another',
      dependencies: [{ issue_id: 'g-none', depends_on_id: 'g-5', type: 'blocks' }],
    },
  )
  const { edges } = await imported(server, 'beads', source)
  const edge = (line: number, from: string, to: string) => ({
    line,
    from: `beads:${from}`,
    to: `beads:${to}`,
  })
  assert.deepEqual(edges, {
    added: 2,
    existing: 0,
    duplicate: 1,
    dangling: { total: 2, first: [edge(1, 'g-1', 'g-none'), edge(5, 'g-none', 'g-5')] },
    loops: { total: 1, first: [edge(3, 'g-3', 'g-1')] },
    self: { total: 1, first: [edge(3, 'g-3', 'g-3')] },
    already_started: { total: 1, first: [edge(4, 'g-4', 'g-1')] },
  })
  assert.deepEqual(await miscounts(server), [])
})

test('an edge that is new between unchanged tasks is added, also to a task of an earlier source', async () => {
  await imported(server, 'beads', beadsLines(waiting('late-1'), waiting('late-2')))
  const report = await imported(server, 'beads', beadsLines(waiting('late-2', 'late-1')))
  assert.deepEqual([report.unchanged, report.updated, report.edges.added], [1, 0, 1])
  assert.equal((await find('beads:late-2')).unmet_dependencies, 1)
})

test('a dry run reports the same and leaves no trace in any table', async () => {
  await imported(server, 'beads', beadsLines({ id: 'dry-1', title: 'Here' }))
  const source = beadsLines(
    { id: 'dry-1', title: 'Changed' },
    waiting('dry-2', 'dry-1', 'nowhere'),
    waiting('dry-3', 'dry-2'),
  )
  const before = await contentOfTables(server)
  const dry = await imported(server, 'beads', source, 'dry_run=true')
  assert.deepEqual(await contentOfTables(server), before)
  assert.deepEqual([dry.dry_run, dry.created, dry.updated, dry.edges.added], [true, 2, 1, 2])
  const wet = await imported(server, 'beads', source)
  assert.deepEqual(wet, { ...dry, dry_run: false })
})

test('strict refuses a source with losses, says which, and changes nothing', async () => {
  const good = waiting('strict-1')
  const sources = {
    '1 broken line': `${beadsLines(good)}\n{"id":`,
    '1 dangling edge': beadsLines(waiting('strict-1', 'strict-none')),
    '2 edges that close a loop': beadsLines(
      waiting('strict-1', 'strict-2', 'strict-1'),
      waiting('strict-2', 'strict-1'),
    ),
  }
  const before = await contentOfTables(server)
  for (const [loss, source] of Object.entries(sources)) {
    const problem = problemOf(await send(server, 'beads', source, 'strict=true'), 422, 'import_refused')
    assert.ok(problem.detail.includes(loss), problem.detail)
    assert.equal((problem['report'] as ImportReport).format, 'beads')
    problemOf(await send(server, 'beads', source, 'strict=true&dry_run=true'), 422, 'import_refused')
  }
  assert.deepEqual(await contentOfTables(server), before)
  assert.equal((await imported(server, 'beads', beadsLines(good), 'strict=true')).created, 1)
})

test('of two imports of one source at the same instant the second finds what the first made', async () => {
  for (let round = 0; round < 5; round++) {
    const issues = Array.from({ length: 40 }, (_, nth) => `twin-${round}-${nth}`)
    const source = beadsLines(
      ...issues.map((id, nth) => waiting(id, ...issues.slice(Math.max(0, nth - 2), nth))),
    )
    const start = await recordEnd(server)
    const reports = await Promise.all([1, 2, 3].map(() => imported(server, 'beads', source)))
    assert.deepEqual(reports.map((report) => [report.created, report.unchanged]).sort(), [
      [0, 40],
      [0, 40],
      [40, 0],
    ])
    const created = (await recordSince(server, start)).filter((row) => row.event_type === 'task.created')
    assert.equal(created.length, 40)
  }
  assert.deepEqual(await miscounts(server), [])
})

test('an import amid claims, completions and new edges loses none of them and miscounts nothing', async () => {
  const ids = Array.from({ length: 60 }, (_, nth) => `amid-${nth}`)
  const source = (title: string): string =>
    beadsLines(...ids.map((id, nth) => ({ ...waiting(id, ...ids.slice(Math.max(0, nth - 3), nth)), title })))
  await imported(server, 'beads', source('Before'))
  let stop = false
  let completed = 0
  const worker = async (worker_id: string): Promise<void> => {
    while (!stop) {
      const claims = await server.post('/tasks/claim', { worker_id, agent_type: 'coder', count: 3 })
      assert.equal(claims.status, 200)
      for (const { execution, lease } of claims.body) {
        const done = await server.post(`/executions/${execution.id}/complete`, {
          success: true,
          lease_token: lease.token,
        })
        assert.equal(done.status, 200, JSON.stringify(done.body))
        completed++
      }
    }
  }
  const linker = async (): Promise<void> => {
    for (let nth = 0; !stop; nth = (nth + 7) % 50) {
      const [from, to] = await Promise.all([find(`beads:amid-${nth + 9}`), find(`beads:amid-${nth}`)])
      const { status } = await server.post(`/tasks/${from.id}/dependencies`, { depends_on_task_id: to.id })
      assert.ok([201, 409].includes(status), `${status}`)
    }
  }
  const others = [worker('amid-a'), worker('amid-b'), linker()]
  for (let round = 0; round < 8; round++) {
    const report = await imported(server, 'beads', source(`Round ${round}`))
    assert.deepEqual([report.created, report.updated], [0, 60])
  }
  stop = true
  await Promise.all(others)
  const tasks = [...(await sourcedTasks(server)).values()].filter(({ title }) => title === 'Round 7')
  assert.equal(tasks.length, 60)
  const [{ succeeded }] = (await server.sql(
    `SELECT count(*) AS succeeded FROM executions WHERE outcome = 'succeeded'`,
  )) as [{ succeeded: number }]
  assert.ok(completed > 0)
  assert.equal(succeeded, completed)
  assert.deepEqual(await miscounts(server), [])
})

test('one source imported into two tenants makes tasks in each', async () => {
  const key = await keyOfNewTenant(server)
  const source = beadsLines(waiting('tenant-1', 'tenant-2'), waiting('tenant-2'))
  for (const options of [{}, { key }]) {
    const report = bodyOf<ImportReport>(await send(server, 'beads', source, '', options))
    assert.deepEqual([report.created, report.edges.added], [2, 1])
  }
  const { body } = await server.get('/tasks', { key })
  assert.equal(body.length, 2)
})

test('an import says how far it is to a caller that asks for lines of progress', async () => {
  const issues = Array.from({ length: 1200 }, (_, nth) => ({ id: `far-${nth}`, title: 'Far' }))
  const response = await fetch(`${server.url}/import/beads`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${server.key}`,
      'content-type': 'text/plain',
      accept: 'application/x-ndjson',
    },
    body: beadsLines(...issues),
  })
  const lines = (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const last = lines.pop()
  assert.equal(last.status, 200)
  assert.equal(last.body.created, 1200)
  const done = lines.map((line) => line.progress.done)
  assert.ok(done.length > 3, 'it is said more than once')
  assert.deepEqual(
    done,
    [...done].sort((a, b) => a - b),
  )
  assert.ok(lines.every((line) => line.progress.done <= line.progress.total))
})

test('the record tells of a task before it tells of its edges', async () => {
  const from = await recordEnd(server)
  await imported(server, 'beads', beadsLines(waiting('told-1', 'told-2'), { id: 'told-2', title: 'Told' }))
  await imported(
    server,
    'beads',
    beadsLines({ ...waiting('told-1', 'told-3'), title: 'Told anew' }, { id: 'told-3', title: 'Told' }),
  )
  const order = ['task.created', 'dependency.added', 'task.updated']
  const types = (await recordSince(server, from))
    .map(({ event_type }) => event_type)
    .filter((type) => order.includes(type))
  assert.deepEqual(types, [
    'task.created',
    'task.created',
    'dependency.added',
    'task.created',
    'dependency.added',
    'task.updated',
  ])
})

test('a task that is deleted while the import waits for it leaves its edges dangling, and all else goes in', async () => {
  const known = beadsLines({ id: 'deleted-1', title: 'Deleted' })
  await imported(server, 'beads', known)
  const [task] = await server.sql(
    `SELECT task_id AS id FROM task_metadata WHERE metadata_value = 'beads:deleted-1'`,
  )
  await whileHeld(
    server.app.pool,
    'SELECT FROM tasks WHERE id = $1 FOR UPDATE',
    [task.id],
    async (looker) => {
      const deleting = server.del(`/tasks/${task.id}`)
      await untilWaiting(looker)
      const importing = imported(
        server,
        'beads',
        [known, beadsLines(waiting('deleted-2', 'deleted-1'), waiting('deleted-3', 'deleted-2'))].join('\n'),
      )
      await untilWaiting(looker, 2)
      await looker.query('COMMIT')
      assert.equal((await deleting).status, 204)
      const { created, edges } = await importing
      assert.deepEqual([created, edges.added, edges.dangling.total], [2, 1, 1])
    },
  )
  assert.deepEqual(await miscounts(server), [])
})

test('what ends an import half-way is its last line, and is logged with its cause under the request', async (t) => {
  const logged = t.mock.method(server.app.log, 'error')
  const known = bodyOf<ImportReport>(
    await send(server, 'beads', beadsLines({ id: 'ended-1', title: 'Ended' })),
  )
  const text = await whileHeld(server.app.pool, 'SELECT FROM tasks FOR UPDATE', [], async (looker) => {
    const answer = fetch(`${server.url}/import/beads`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${server.key}`,
        'content-type': 'text/plain',
        accept: 'application/x-ndjson',
        'x-request-id': 'ended-half-way',
      },
      body: beadsLines({ id: 'ended-1', title: 'Ended later' }),
    })
    await untilWaiting(looker)
    await endWaiting(looker)
    return (await answer).text()
  })
  const last = JSON.parse(text.trim().split('\n').pop()!)
  assert.deepEqual([last.status, last.body.code, known.created], [503, 'unavailable', 1])
  const facts = logged.mock.calls.map(({ arguments: [first] }) => first as Record<string, unknown>)
  assert.deepEqual(
    facts.map(({ request_id, err }) => [request_id, (err as { code?: string }).code]),
    [['ended-half-way', '57P01']],
  )
})

test('an Idempotency-Key replays the report and imports once', async () => {
  const headers = { 'content-type': 'text/plain', 'idempotency-key': 'import-once' }
  const source = beadsLines({ id: 'once-1', title: 'Once' })
  const first = await server.post('/import/beads', source, { headers })
  const second = await server.post('/import/beads', source, { headers })
  assert.equal(second.headers.get('idempotency-replayed'), 'true')
  assert.deepEqual(second.body, first.body)
})
