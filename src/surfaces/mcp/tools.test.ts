import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Client } from '@modelcontextprotocol/client'
import { bodyOf } from '../../../test/answers.ts'
import { readExecution } from '../../../test/claims.ts'
import { eventually } from '../../../test/eventually.ts'
import { endWaiting, untilWaiting, whileHeld } from '../../../test/locks.ts'
import { closeClients, connectHttp, ERAS, refused, use, type Era } from '../../../test/mcp.ts'
import { keyOfNewTenant, keyWith } from '../../../test/people.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask, readTask } from '../../../test/tasks.ts'

let server: TestServer
before(async () => void (server = await testServer()))
after(async () => {
  await closeClients()
  await server.close()
})

let made = 0
const newTag = (): string => `tag${++made}`

for (const era of Object.keys(ERAS) as Era[])
  void describe(`by the official client, ${era} era`, () => {
    let client: Client
    before(async () => void (client = await connectHttp(server, { era })))
    after(() => client.close())

    test('it says what it is, and lists nine tools that are declared whole', async () => {
      assert.match(client.getInstructions() ?? '', /cairn:\/\/guide/)
      const { tools } = await client.listTools()
      assert.deepEqual(tools.map(({ name }) => name).sort(), [
        'complete',
        'delete',
        'find',
        'heartbeat',
        'next',
        'plan',
        'release',
        'show',
        'start',
      ])
      for (const tool of tools) {
        assert.ok(tool.description && tool.outputSchema && tool.annotations, tool.name)
        assert.equal(tool.annotations.readOnlyHint === true, ['find', 'show'].includes(tool.name))
        assert.equal(tool.annotations.destructiveHint === true, tool.name === 'delete')
      }
    })

    test('a whole loop: plan, find, next, show, heartbeat, complete and next, release', async () => {
      const tag = newTag()
      const plan = await use(client, 'plan', {
        tasks: [
          { ref: 'design', title: 'Design it', priority: 5, tags: [tag], description: 'Two pages.' },
          { ref: 'build', title: 'Build it', priority: 5, tags: [tag], depends_on: ['design'] },
          { title: 'Ship it', tags: [tag], depends_on: ['build'] },
        ],
      })
      const [design, build, ship] = plan.data.tasks as number[]
      const found = await use(client, 'find', { tag, startable: true })
      assert.deepEqual(found.data.tasks, [{ task: design, title: 'Design it', status: 'ready', priority: 5 }])

      const first = await use(client, 'next', { tags: [tag] })
      assert.deepEqual(first.data, {
        task: design,
        title: 'Design it',
        description: 'Two pages.',
        lease: `${design}-1`,
      })
      assert.ok(first.text.includes(`${design}-1`) && first.text.includes('Two pages.'))
      const beat = await use(client, 'heartbeat', { lease: first.data.lease, progress: { step: 1 } })
      assert.equal(beat.data.stop, null)
      assert.deepEqual((await readExecution(server, first.data.lease)).progress, { step: 1 })

      const done = await use(client, 'complete', {
        lease: first.data.lease,
        result: { document: 'design.md' },
        next: true,
        tags: [tag],
      })
      assert.deepEqual(done.data, {
        status: 'completed',
        next: { task: build, title: 'Build it', lease: `${build}-1` },
      })
      const shown = await use(client, 'show', { task: build })
      assert.deepEqual(shown.data.prerequisites[0].result, { document: 'design.md' })
      assert.ok(shown.text.includes('design.md'))

      await use(client, 'release', { lease: done.data.next.lease, note: 'No compiler here' })
      const again = await use(client, 'start', { task: build })
      assert.equal(again.data.lease, `${build}-2`)
      assert.ok((await use(client, 'show', { task: build })).text.includes('No compiler here'))
      assert.equal(
        (await use(client, 'complete', { lease: again.data.lease, error: 'It does not compile' })).data
          .status,
        'failed',
      )
      assert.equal((await readTask(server, build!)).status, 'failed')
      assert.equal((await readTask(server, ship!)).unmet_dependencies, 1)
    })

    test('next says so when there is nothing, and waits for something when it is asked to', async () => {
      const tags = [newTag()]
      assert.deepEqual((await use(client, 'next', { tags })).data, { task: null })
      let answered = false
      const waiting = use(client, 'next', { tags, wait_seconds: 30 }).finally(() => (answered = true))
      await createTask(server, { tags: [newTag()] })
      assert.equal(answered, false)
      const task = await createTask(server, { tags })
      assert.equal((await waiting).data.task, task.number)
    })

    test('a long description is cut, and a link leads to the whole', async () => {
      const tags = [newTag()]
      const task = await createTask(server, { tags, description: 'word '.repeat(2_000) })
      const claimed = await use(client, 'next', { tags })
      assert.ok(claimed.data.description.length < 1_300 && claimed.data.description.endsWith('…'))
      assert.deepEqual(claimed.links, [`cairn://tasks/${task.number}`])
      const { contents } = await client.readResource({ uri: claimed.links[0]! })
      const [whole] = contents as { text: string }[]
      assert.equal(JSON.parse(whole!.text).task.description, task.description)
    })

    test('find takes fields and a budget, and says where it goes on', async () => {
      const tag = newTag()
      for (let n = 0; n < 12; n++) await createTask(server, { title: `find me ${n}`, tags: [tag] })
      const page = await use(client, 'find', { tag, limit: 5, fields: ['title'] })
      assert.equal(page.data.tasks.length, 5)
      assert.deepEqual(Object.keys(page.data.tasks[0]), ['task', 'title'])
      assert.equal(page.data.next_offset, 5)
      const rest = await use(client, 'find', { tag, offset: 5, limit: 100 })
      assert.equal(rest.data.tasks.length, 7)
      assert.equal(rest.data.next_offset, undefined)
      const small = await use(client, 'find', { tag, limit: 12, max_tokens: 60 })
      assert.ok(small.data.tasks.length > 0 && small.data.tasks.length < 12)
      assert.equal(small.data.next_offset, small.data.tasks.length)
      assert.ok(JSON.stringify(small.data).length <= 60 * 4)
      assert.equal((await use(client, 'find', { tag, query: 'ME 11' })).data.tasks.length, 1)
      assert.equal((await use(client, 'find', { tag, query: '%' })).data.tasks.length, 0)
    })

    test('show takes fields and a budget', async () => {
      const task = await createTask(server, { description: 'x'.repeat(5_000), metadata: { branch: 'b' } })
      const some = await use(client, 'show', { task: task.number, fields: ['metadata'] })
      assert.deepEqual(some.data.metadata, { branch: 'b' })
      assert.equal(some.data.task.description, undefined)
      const small = await use(client, 'show', { task: task.number, max_tokens: 300 })
      assert.ok(JSON.stringify(small.data).length <= 300 * 4)
      assert.match(small.data.left_out, /max_tokens=\d+/)
    })

    test('the guide is a resource and a prompt', async () => {
      const [resource] = (await client.readResource({ uri: 'cairn://guide' })).contents as { text: string }[]
      const prompt = await client.getPrompt({ name: 'guide' })
      assert.deepEqual(prompt.messages[0]?.content, { type: 'text', text: resource!.text })
      assert.deepEqual(
        (await client.listResources()).resources.map(({ uri }) => uri),
        ['cairn://guide'],
      )
      assert.deepEqual(
        (await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate),
        ['cairn://tasks/{number}'],
      )
    })

    test('every tool says what to do when it refuses', async () => {
      const tags = [newTag()]
      const nobody = 987_654
      const task = await createTask(server, { tags })
      await refused(client, 'next', { wait_seconds: 31 }, 'validation_failed')
      await refused(client, 'find', { statuses: ['ready'] }, 'validation_failed')
      await refused(client, 'find', { query: ' ' }, 'validation_failed')
      await refused(client, 'show', { task: nobody }, 'task_not_found')
      await refused(client, 'show', { task: task.id }, 'validation_failed')
      await refused(client, 'start', { task: nobody }, 'task_not_found')
      await refused(client, 'plan', { tasks: [] }, 'validation_failed')
      await refused(
        client,
        'plan',
        {
          tasks: [
            { ref: 'a', title: 'a', depends_on: ['b'] },
            { ref: 'b', title: 'b', depends_on: ['a'] },
          ],
        },
        'dependency_cycle',
      )
      await refused(
        client,
        'plan',
        { tasks: Array.from({ length: 101 }, () => ({ title: 'x' })) },
        'batch_too_large',
      )
      const { lease } = (await use(client, 'next', { tags })).data
      await refused(client, 'start', { task: task.number }, 'execution_open')
      for (const name of ['heartbeat', 'complete', 'release']) {
        await refused(client, name, { lease: `${task.number}` }, 'validation_failed')
        await refused(client, name, { lease: `${task.number}-77` }, 'execution_not_found')
      }
      await use(client, 'complete', { lease })
      for (const name of ['heartbeat', 'complete', 'release'])
        await refused(client, name, { lease }, 'execution_completed')
      await refused(client, 'start', { task: task.number }, 'task_not_startable')
      await refused(client, 'delete', { task: task.number, confirm: 'x.y' }, 'confirmation_invalid')
    })

    test('a tool, a prompt and a resource that are not there are errors that name what is', async () => {
      await assert.rejects(client.callTool({ name: 'claim', arguments: {} }), /There is no tool claim.*next/)
      await assert.rejects(client.getPrompt({ name: 'poem' }), /There is no prompt poem; there is guide/)
      for (const uri of ['cairn://poem', 'cairn://tasks/987654', 'cairn://tasks/x', 'cairn://tasks/'])
        await assert.rejects(client.readResource({ uri }), uri)
    })

    test('without a form, a destructive tool gives a token, which is for that call and that caller alone', async () => {
      const [task, other] = [await createTask(server), await createTask(server)]
      const sentence = await refused(client, 'delete', { task: task.number }, 'confirmation_required')
      assert.match(sentence, new RegExp(`Delete task #${task.number} `))
      const confirm = /confirm "([^"]+)"/.exec(sentence)![1]!
      await refused(client, 'delete', { task: other.number, confirm }, 'confirmation_invalid')
      const stranger = await connectHttp(server, { era, key: await keyWith(server, ['delete_tasks']) })
      await refused(stranger, 'delete', { task: task.number, confirm }, 'confirmation_invalid')
      await stranger.close()
      assert.equal((await use(client, 'delete', { task: task.number, confirm })).data.deleted, task.number)
      assert.equal((await server.get(`/tasks/${task.number}`)).status, 404)
      await refused(client, 'delete', { task: task.number, confirm }, 'task_not_found')
      assert.equal((await readTask(server, other.number)).status, 'ready')
    })

    test("another tenant's key sees nothing, and a key without permissions may nothing", async () => {
      const task = await createTask(server, { title: 'a secret of ours' })
      const { lease } = (await use(client, 'start', { task: task.number })).data
      const stranger = await connectHttp(server, { era, key: await keyOfNewTenant(server) })
      assert.deepEqual((await use(stranger, 'find', { query: 'secret' })).data.tasks, [])
      assert.deepEqual((await use(stranger, 'next')).data, { task: null })
      await refused(stranger, 'show', { task: task.number }, 'task_not_found')
      await refused(stranger, 'start', { task: task.number }, 'task_not_found')
      for (const name of ['heartbeat', 'complete', 'release'])
        await refused(stranger, name, { lease }, 'execution_not_found')
      await refused(
        stranger,
        'plan',
        { tasks: [{ title: 'x', depends_on: [task.number] }] },
        'task_not_found',
      )
      await assert.rejects(stranger.readResource({ uri: `cairn://tasks/${task.number}` }))
      await stranger.close()

      const nobody = await connectHttp(server, { era, key: await keyWith(server, []) })
      for (const [name, args] of Object.entries({
        next: {},
        start: { task: task.number },
        heartbeat: { lease },
        complete: { lease },
        release: { lease },
        plan: { tasks: [{ title: 'x' }] },
        show: { task: task.number },
        find: {},
      }))
        await refused(nobody, name, args, 'forbidden')
      const asked = await refused(nobody, 'delete', { task: task.number }, 'confirmation_required')
      const confirm = /confirm "([^"]+)"/.exec(asked)![1]!
      await refused(nobody, 'delete', { task: task.number, confirm }, 'forbidden')
      await nobody.close()
      await use(client, 'release', { lease })
    })

    test('the record tells what tools did, by whom and in which request', async () => {
      const tags = [newTag()]
      const key = await keyWith(server, ['execute_tasks', 'create_tasks'])
      const mine = await connectHttp(server, { era, key, headers: { 'x-request-id': `mcp-${era}` } })
      const [number] = (await use(mine, 'plan', { tasks: [{ title: 'told', tags }] })).data.tasks as number[]
      await use(mine, 'next', { tags })
      await mine.close()
      const { id, assigned_worker } = await readTask(server, number!)
      const rows = bodyOf<{ event_type: string; actor: { name: string }; request_id: string }[]>(
        await server.get(`/audit?entity_id=${id}`),
      )
      assert.deepEqual(
        rows.map((row) => [row.event_type, row.request_id]),
        [
          ['task.started', `mcp-${era}`],
          ['task.created', `mcp-${era}`],
        ],
      )
      assert.equal(rows[0]!.actor.name, assigned_worker)
    })

    test('a plan with an idempotency key is made once', async () => {
      const call = { tasks: [{ title: 'once' }], idempotency_key: `once-${era}` }
      const first = await use(client, 'plan', call)
      assert.deepEqual((await use(client, 'plan', call)).data, first.data)
      await refused(client, 'plan', { ...call, tasks: [{ title: 'twice' }] }, 'idempotency_key_reused')
      const meta = { 'cairn-codex/idempotency-key': `claim-${era}` }
      const tags = [newTag()]
      for (let n = 0; n < 2; n++) await createTask(server, { tags })
      const claims = []
      for (let n = 0; n < 2; n++)
        claims.push(
          (await client.callTool({ name: 'next', arguments: { tags }, _meta: meta })).structuredContent,
        )
      assert.deepEqual(claims[0], claims[1])
    })
  })

test('a client that can show forms is asked, and its no changes nothing', async () => {
  let answer: { action: 'accept' | 'decline' | 'cancel'; content?: Record<string, boolean> } = {
    action: 'decline',
  }
  const asked: string[] = []
  const client = await connectHttp(server, { capabilities: { elicitation: { form: {} } } })
  client.setRequestHandler('elicitation/create', async ({ params }) => {
    asked.push(params.message)
    return answer
  })
  const task = await createTask(server)
  await refused(client, 'delete', { task: task.number }, 'not_confirmed')
  answer = { action: 'cancel' }
  await refused(client, 'delete', { task: task.number }, 'not_confirmed')
  answer = { action: 'accept', content: { confirm: false } }
  await refused(client, 'delete', { task: task.number }, 'not_confirmed')
  assert.equal((await readTask(server, task.number)).status, 'ready')
  answer = { action: 'accept', content: { confirm: true } }
  assert.equal((await use(client, 'delete', { task: task.number })).data.deleted, task.number)
  assert.equal(asked.length, 4)
  assert.match(asked[0]!, new RegExp(`Delete task #${task.number} `))
  await client.close()
})

test('a lost lease is refused, and the task goes on to the next', async () => {
  const client = await connectHttp(server)
  const tags = [newTag()]
  const task = await createTask(server, { tags })
  const { lease } = (await use(client, 'next', { tags })).data
  await server.sql(
    `UPDATE executions SET lease_expires_at = now() - interval '1 second' WHERE task_id = $1`,
    [task.id],
  )
  await refused(client, 'heartbeat', { lease }, 'lease_lost')
  await refused(client, 'complete', { lease, result: 1 }, 'lease_lost')
  await eventually(
    'the task is ready again',
    async () => (await readTask(server, task.id)).status === 'ready',
  )
  assert.equal((await use(client, 'next', { tags })).data.lease, `${task.number}-2`)
  await client.close()
})

test('a call that waits is given up with its client, and claims nothing for nobody', async () => {
  const client = await connectHttp(server)
  const tags = [newTag()]
  const gone = new AbortController()
  const waiting = client.callTool(
    { name: 'next', arguments: { tags, wait_seconds: 30 } },
    { signal: gone.signal },
  )
  // Long enough to be waiting on an idle machine; given up on its way it must come to the same.
  setTimeout(() => gone.abort(), 300)
  await assert.rejects(waiting)
  const task = await createTask(server, { tags })
  // Whoever waits is woken by the news of the task; a second client is, and gets it.
  assert.equal((await use(client, 'next', { tags, wait_seconds: 30 })).data.task, task.number)
  await client.close()
})

test("a moment's trouble with the database is told, and logged with its cause", async (t) => {
  const logged = t.mock.method(server.app.log, 'error')
  const task = await createTask(server, { title: 'held' })
  await whileHeld(
    server.app.pool,
    'SELECT FROM tasks WHERE id = $1 FOR UPDATE',
    [task.id],
    async (looker) => {
      const client = await connectHttp(server)
      const ending = (async () => {
        await untilWaiting(looker)
        await endWaiting(looker)
      })()
      await refused(client, 'start', { task: task.number }, 'unavailable')
      await ending
    },
  )
  const [facts] = logged.mock.calls.map(({ arguments: [first] }) => first as Record<string, unknown>)
  assert.equal((facts?.['err'] as { code?: string }).code, '57P01')
  assert.ok(facts?.['request_id'])
})
