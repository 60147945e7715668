import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { miscounts } from '../../../test/graph.ts'
import { imported } from '../../../test/imports.ts'
import { recordEnd } from '../../../test/record.ts'
import { testServer, type TestServer } from '../../../test/server.ts'

/** A real tracker's export, which lies beside a checkout and is no part of it. */
const EXPORT = new URL('../../../../shared/data/beads.jsonl', import.meta.url)

const skip = existsSync(EXPORT)
  ? false
  : 'the real export is not beside this checkout (../shared/data/beads.jsonl)'

let server: TestServer
before(async () => {
  if (!skip) server = await testServer()
})
after(() => server?.close())

test(
  'a real export of 5,722 issues comes in whole, and a second time without a change',
  { skip },
  async () => {
    const source = readFileSync(EXPORT, 'utf8')
    const tried = await imported(server, 'beads', source, 'reopen=true&dry_run=true')
    const report = await imported(server, 'beads', source, 'reopen=true')
    assert.deepEqual(tried, { ...report, dry_run: true })
    assert.deepEqual([report.created, report.reopened, report.errors.total], [2403, 2259, 0])
    assert.deepEqual(report.skipped, { total: 3319, reasons: { tombstone: 3319 } })
    const { added, existing, duplicate, dangling, loops, self, already_started } = report.edges
    assert.equal(added + duplicate + dangling.total + loops.total + self.total, 324)
    assert.deepEqual([existing, already_started.total], [0, 0])
    const [counted] = (await server.sql(
      `SELECT count(*) AS tasks, count(*) FILTER (WHERE status = 'ready') AS ready,
       (SELECT count(*) FROM dependencies) AS edges,
       (SELECT count(*) FROM audit_log WHERE event_type = 'task.created') AS recorded FROM tasks`,
    )) as Record<string, number>[]
    assert.deepEqual(counted, { tasks: 2403, ready: 2403, edges: added, recorded: 2403 })
    assert.deepEqual(await miscounts(server), [])

    const end = await recordEnd(server)
    const again = await imported(server, 'beads', source, 'reopen=true')
    assert.deepEqual(again, {
      ...report,
      created: 0,
      reopened: 0,
      unchanged: 2403,
      edges: { ...report.edges, added: 0, existing: added },
    })
    assert.equal(await recordEnd(server), end)
  },
)
