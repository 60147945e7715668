import type { Scope } from '../../kernel/database.ts'
import { Findings } from './findings.ts'
import { DEPENDENCY, EXECUTION, KEY, ROLE, TASK, TENANT, USER, WEBHOOK, type Kind } from './kinds.ts'
import { Replay } from './replay.ts'
import type { VerifyReport } from './schema.ts'
import * as sql from './sql.ts'
import { WorkGraph } from './work-graph.ts'

/** Rows a page: a page of the widest rows there can be (64 KiB texts) stays below 50 MB. */
const PAGE = 500
/** Transactions a page, of those whose rows are not numbered yet: one may have written many. */
const TRANSACTIONS = 200
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000'

type ReadPage<Row> = (scope: Scope, after: string, rows: number) => Promise<Row[]>

async function* rowsOf<Row extends sql.EntityRow>(scope: Scope, read: ReadPage<Row>): AsyncGenerator<Row> {
  for (let after = BEFORE_ALL; ;) {
    const rows = await read(scope, after, PAGE)
    yield* rows
    if (rows.length < PAGE) return
    after = String(rows.at(-1)!.entity['id'])
  }
}

async function* recordRows<Row extends sql.RecordRow>(
  scope: Scope,
  read: (scope: Scope, after: number, rows: number) => Promise<Row[]>,
  rows: number,
  placeOf: (row: Row) => number,
): AsyncGenerator<Row> {
  for (let after = 0; ;) {
    const page = await read(scope, after, rows)
    if (page.length === 0) return
    yield* page
    after = placeOf(page.at(-1)!)
  }
}

/** Called now and then with how many rows were looked at, and how many there are. */
export type Progress = (done: number, total: number) => void

/**
 * Replays a tenant's record from its start and compares it with the tables as they stand; counts again, and holds tasks,
 * executions and edges against each other. `scope` must be one snapshot.
 */
export async function verify(scope: Scope, progress: Progress = () => undefined): Promise<VerifyReport> {
  const findings = new Findings()
  const [extent] = await sql.recordExtent(scope)
  let done = 0
  const advance = (): void => {
    done += 1
    if (done % PAGE === 0) progress(done, extent!.rows + extent!.things)
  }
  const replay = new Replay(scope, findings)
  for await (const { entity } of rowsOf(scope, sql.rolePage))
    if (ROLE.given(entity)) replay.nameRole(entity['name'], String(entity['id']))
  const record = await replayRecord(scope, extent!, replay, findings, advance)
  const tables = await compareTables(scope, replay, findings, advance)
  await replay.tellMissing()
  return {
    consistent: findings.count === 0,
    record,
    tables,
    mismatch_count: findings.count,
    mismatches: findings.sentences,
  }
}

async function replayRecord(
  scope: Scope,
  { rows, last_sequence }: { rows: number; last_sequence: number },
  replay: Replay,
  findings: Findings,
  advance: () => void,
): Promise<VerifyReport['record']> {
  let seen = 0
  let last = 0
  for await (const row of recordRows(scope, sql.recordPage, PAGE, ({ sequence }) => sequence!)) {
    if (row.sequence !== last + 1)
      await findings.add(
        `the sequence goes from ${last} to ${row.sequence}: what lies between is in no feed.`,
      )
    last = row.sequence!
    await replay.take(row)
    seen += 1
    advance()
  }
  if (last !== last_sequence)
    await findings.add(`the sequence ends at ${last}, and ${last_sequence} is said to be the last one given.`)
  let notNumbered = 0
  for await (const row of recordRows(scope, sql.pendingPage, TRANSACTIONS, (row) => row.transaction)) {
    notNumbered += 1
    await replay.take(row)
  }
  if (rows !== seen + notNumbered)
    for (const { event_type, entity_id, position } of await sql.strayRows(scope))
      await findings.add(
        `the event at position ${position} (${event_type} of ${entity_id}) has no sequence, and waits for none.`,
      )
  return { rows, last_sequence, not_numbered_yet: notNumbered }
}

async function compareTables(
  scope: Scope,
  replay: Replay,
  findings: Findings,
  advance: () => void,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  const graph = new WorkGraph(findings)
  const each = async <Row extends sql.EntityRow>(
    kind: Kind,
    read: ReadPage<Row>,
    look: (row: Row) => Promise<void> | void = ({ entity }) => replay.compare(kind, entity),
  ): Promise<void> => {
    let count = 0
    for await (const row of rowsOf(scope, read)) {
      await look(row)
      count += 1
      advance()
    }
    counts[kind.name] = count
  }
  await each(TASK, sql.taskPage, async (row) => {
    await replay.compare(TASK, row.entity)
    await graph.addTask(row)
  })
  await each(DEPENDENCY, sql.dependencyPage, async ({ entity }) => {
    await replay.compare(DEPENDENCY, entity)
    graph.addEdge(entity)
  })
  await each(EXECUTION, sql.executionPage, async (row) => {
    await replay.compare(EXECUTION, row.entity)
    await replay.holdLease(row)
    await graph.addExecution(row)
  })
  await graph.tell()
  await each(ROLE, sql.rolePage)
  await each(USER, sql.userPage, ({ entity, role_ids }) =>
    replay.compare(USER, { ...entity, roles: role_ids.toSorted() }, entity),
  )
  await each(KEY, sql.keyPage)
  await each(TENANT, sql.tenantPage)
  await each(WEBHOOK, sql.webhookPage)
  return counts
}
