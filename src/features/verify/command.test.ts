import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bodyOf } from '../../../test/answers.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTask } from '../../../test/tasks.ts'
import { verifyCommand } from './command.ts'
import type { VerifyReport } from './schema.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

/** Runs `cairn verify`: its exit code, and the lines on stdout. */
async function run(json = false): Promise<{ code: number | undefined; lines: string[] }> {
  const lines: string[] = []
  const code = await verifyCommand.run?.({
    arguments: [],
    options: {},
    json,
    terminal: false,
    settings: server.app.settings,
    signal: new AbortController().signal,
    server: async () => ({ url: server.url, key: server.key }),
    call: async () => bodyOf(await server.get('/verify')),
    print: (text) => void lines.push(text),
    note: () => undefined,
  })
  return { code, lines }
}

test('the command ends with 0 when nothing differs, and with 1 and a sentence each when something does', async () => {
  const task = await createTask(server)
  const good = await run()
  assert.equal(good.code, 0, good.lines.join('\n'))
  assert.match(good.lines.join('\n'), /^Record: 1 rows.*\nTables: 1 task, .*\nNothing differs/)

  await server.sql('UPDATE tasks SET priority = 1 WHERE id = $1', [task.id])
  const bad = await run()
  assert.equal(bad.code, 1)
  assert.deepEqual(bad.lines.slice(2), [
    '1 mismatch:',
    `  task ${task.id} is not as it was recorded last: priority is 1 in the table and 3 in the record.`,
  ])
  const { code, lines } = await run(true)
  assert.equal(code, 1)
  assert.equal((JSON.parse(lines.join('')) as VerifyReport).mismatch_count, 1)
})

test('of very many mismatches a hundred are told, and all are counted', async () => {
  await server.sql(
    `WITH t AS (INSERT INTO tasks (tenant_id, id) SELECT tenant_id, gen_random_uuid() FROM tasks, generate_series(1, 150) RETURNING *)
     INSERT INTO task_texts (tenant_id, task_id, title) SELECT tenant_id, id, 'stray' FROM t`,
  )
  const { lines } = await run()
  assert.match(lines[2]!, /^151 mismatches:$/)
  assert.equal(lines.length, 3 + 100 + 1)
  assert.equal(lines.at(-1), '  and 51 more')
})
