import type { Acknowledgement } from './acknowledgements.ts'

type Sql = <Row>(text: string, values?: readonly unknown[]) => Promise<Row[]>

interface ExecutionRow {
  id: string
  task_id: string
  worker_id: string
  outcome: string | null
  token: number
  started_at: string
  ended_at: string | null
}

type Of<Kind> = Extract<Acknowledgement, { kind: Kind }>

const ofKind = <Kind extends Acknowledgement['kind']>(
  all: readonly Acknowledgement[],
  kind: Kind,
): Of<Kind>[] => all.filter((each): each is Of<Kind> => each.kind === kind)

const grouped = <T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const group = groups.get(keyOf(row))
    if (group) group.push(row)
    else groups.set(keyOf(row), [row])
  }
  return groups
}

const executionsOf = (sql: Sql, tenant: string): Promise<ExecutionRow[]> =>
  sql<ExecutionRow>(
    `SELECT id, task_id, worker_id, outcome, lease_token::float8 AS token, rfc3339(started_at) AS started_at,
       rfc3339(completed_at) AS ended_at
     FROM executions WHERE tenant_id = $1`,
    [tenant],
  )

/** Every acknowledged effect is there, and exactly once. Each violation is one sentence. */
export async function checkAcknowledged(
  sql: Sql,
  tenant: string,
  acknowledged: readonly Acknowledgement[],
): Promise<string[]> {
  const executions = await executionsOf(sql, tenant)
  return [
    ...(await checkCreated(sql, tenant, ofKind(acknowledged, 'created'))),
    ...checkClaimed(executions, acknowledged),
    ...checkEnded(executions, acknowledged),
    ...(await checkEdges(sql, tenant, ofKind(acknowledged, 'edge'))),
    ...(await checkRetries(sql, tenant, ofKind(acknowledged, 'retried'))),
  ]
}

async function checkCreated(sql: Sql, tenant: string, created: readonly Of<'created'>[]): Promise<string[]> {
  const tasks = await sql<{ title: string; id: string }>(
    'SELECT title, task_id AS id FROM task_texts WHERE tenant_id = $1',
    [tenant],
  )
  const byTitle = grouped(tasks, ({ title }) => title)
  return [
    ...[...byTitle]
      .filter(([, copies]) => copies.length > 1)
      .map(([title, copies]) => `one call made ${copies.length} tasks of the title ${title}`),
    ...created
      .filter(({ title, task }) => byTitle.get(title)?.[0]?.id !== task)
      .map(({ title, task }) => `task ${task} was acknowledged as ${title}, and is not there`),
  ]
}

/** How many tasks the call asked for that gave itself this name; agents end their names so. */
const wantedBy = (worker: string): number => Number(/x(\d+)$/.exec(worker)?.[1] ?? Number.POSITIVE_INFINITY)

function checkClaimed(
  executions: readonly ExecutionRow[],
  acknowledged: readonly Acknowledgement[],
): string[] {
  const faults: string[] = []
  const byId = new Map(executions.map((each) => [each.id, each]))
  const byWorker = grouped(executions, ({ worker_id }) => worker_id)
  for (const [worker, runs] of byWorker)
    if (runs.length > wantedBy(worker))
      faults.push(`the call of ${worker} claimed ${runs.length} tasks, and had asked for ${wantedBy(worker)}`)
  for (const { worker, claims } of ofKind(acknowledged, 'claimed')) {
    for (const { execution, task, token } of claims) {
      const run = byId.get(execution)
      if (run?.task_id !== task || run.token !== token)
        faults.push(`execution ${execution} of task ${task} was handed to ${worker}, and is not there`)
    }
    const runs = byWorker.get(worker)?.length ?? 0
    if (runs > claims.length)
      faults.push(`${worker} was handed ${claims.length} tasks, and ${runs} are taken in its name`)
  }
  for (const { worker, sent } of ofKind(acknowledged, 'found nothing')) {
    const before = byWorker.get(worker)?.filter((run) => Date.parse(run.started_at) < Date.parse(sent)) ?? []
    if (before.length > 0)
      faults.push(`${worker} was told at ${sent} that there is nothing, and had got ${before.length} tasks`)
  }
  return faults
}

function checkEnded(executions: readonly ExecutionRow[], acknowledged: readonly Acknowledgement[]): string[] {
  const faults: string[] = []
  const byId = new Map(executions.map((each) => [each.id, each]))
  for (const { execution, outcome } of ofKind(acknowledged, 'ended')) {
    const stands = byId.get(execution)?.outcome ?? 'open or gone'
    if (stands !== outcome)
      faults.push(`execution ${execution} was acknowledged as ${outcome}, and is ${stands}`)
  }
  for (const { execution, until } of ofKind(acknowledged, 'held')) {
    const run = byId.get(execution)
    if (run?.outcome === 'lost' && run.ended_at !== null && run.ended_at < until)
      faults.push(`execution ${execution} was lost at ${run.ended_at}, and its lease was good until ${until}`)
  }
  for (const { execution } of ofKind(acknowledged, 'refused as completed')) {
    const { outcome } = byId.get(execution) ?? {}
    if (outcome === 'succeeded' || outcome === 'failed')
      faults.push(`the only completion of execution ${execution} was refused, and it is ${outcome}`)
  }
  for (const { execution } of ofKind(acknowledged, 'completed twice'))
    faults.push(`a second completion of execution ${execution} was accepted under the same token`)
  return faults
}

async function checkEdges(sql: Sql, tenant: string, added: readonly Of<'edge'>[]): Promise<string[]> {
  const edges = await sql<{ id: string; task_id: string; depends_on_task_id: string }>(
    'SELECT id, task_id, depends_on_task_id FROM dependencies WHERE tenant_id = $1',
    [tenant],
  )
  const endsOf = new Map(edges.map((edge) => [edge.id, `${edge.task_id} ${edge.depends_on_task_id}`]))
  return added
    .filter(({ id, task, prerequisite }) => endsOf.get(id) !== `${task} ${prerequisite}`)
    .map(
      (edge) =>
        `the edge ${edge.id} from ${edge.task} to ${edge.prerequisite} was acknowledged, and is not there`,
    )
}

async function checkRetries(sql: Sql, tenant: string, retries: readonly Of<'retried'>[]): Promise<string[]> {
  const rows = await sql<{ task: string; version: number }>(
    `SELECT entity_id AS task, (new_values->>'version')::integer AS version FROM audit_log
     WHERE tenant_id = $1 AND event_type = 'task.retried'`,
    [tenant],
  )
  const recorded = new Set(rows.map(({ task, version }) => `${task} ${version}`))
  return retries
    .filter(({ task, version }) => !recorded.has(`${task} ${version}`))
    .map(
      ({ task, version }) =>
        `the retry of task ${task} to version ${version} was acknowledged, and is not there`,
    )
}

interface EventRow {
  type: string
  entity: string
  task: string | null
  prerequisite: string | null
  dependency_type: string | null
}

/**
 * What the whole record tells must have happened in an order that is allowed: no task runs twice at once, none starts before
 * its hard prerequisites are completed, no execution ends twice; and in the end nothing is open or waits.
 */
export async function checkCourse(sql: Sql, tenant: string): Promise<string[]> {
  const faults: string[] = []
  const events = await sql<EventRow>(
    `SELECT a.event_type AS type, a.entity_id AS entity, a.new_values->>'task_id' AS task,
       a.new_values->>'depends_on_task_id' AS prerequisite, a.new_values->>'dependency_type' AS dependency_type
     FROM record_feed f JOIN audit_log a ON a.tenant_id = $1 AND a.position = f.position
     WHERE f.tenant_id = $1 ORDER BY f.sequence`,
    [tenant],
  )
  const running = new Map<string, string>()
  const ended = new Set<string>()
  const completed = new Set<string>()
  const prerequisites = new Map<string, string[]>()
  for (const { type, entity, task, prerequisite, dependency_type } of events) {
    if (type === 'task.completed') completed.add(entity)
    else if (type === 'dependency.added' && dependency_type === 'hard')
      prerequisites.set(task!, [...(prerequisites.get(task!) ?? []), prerequisite!])
    else if (type === 'execution.started') {
      if (running.has(task!))
        faults.push(`task ${task} was started as ${entity} while ${running.get(task!)} ran`)
      running.set(task!, entity)
      const unmet = (prerequisites.get(task!) ?? []).filter((each) => !completed.has(each))
      if (unmet.length > 0)
        faults.push(`task ${task} was started before its prerequisite ${unmet[0]} was completed`)
    } else if (type.startsWith('execution.')) {
      if (ended.has(entity)) faults.push(`execution ${entity} ended twice, the second time by ${type}`)
      ended.add(entity)
      if (running.get(task!) === entity) running.delete(task!)
    }
  }
  const executions = await executionsOf(sql, tenant)
  for (const [token, runs] of grouped(executions, (run) => `${run.task_id} ${run.token}`))
    if (runs.length > 1)
      faults.push(`the fencing token of task ${token} was given to ${runs.length} executions`)
  for (const { id, outcome } of executions)
    if (outcome === null) faults.push(`the lease of execution ${id} never ended`)
  const waiting = await sql<{ id: string; status: string; unmet: number }>(
    `SELECT id, status, unmet_dependencies AS unmet FROM tasks WHERE tenant_id = $1 AND status <> 'completed'`,
    [tenant],
  )
  for (const { id, status, unmet } of waiting)
    faults.push(`task ${id} is still ${status} with ${unmet} unmet prerequisites, and nobody can go on`)
  return faults
}

/** What a follower of the feed got must be the record: all of it, once, in its order. */
export async function checkFeed(sql: Sql, tenant: string, followed: readonly string[]): Promise<string[]> {
  const rows = await sql<{ id: string }>(
    `SELECT a.id FROM record_feed f JOIN audit_log a ON a.tenant_id = $1 AND a.position = f.position
     WHERE f.tenant_id = $1 ORDER BY f.sequence`,
    [tenant],
  )
  const differs = rows.findIndex(({ id }, nth) => followed[nth] !== id)
  if (differs >= 0)
    return [
      `a follower got ${followed[differs] ?? 'nothing'} as event ${differs + 1}, which is ${rows[differs]!.id}`,
    ]
  return followed.length > rows.length ? [`a follower got ${followed.length} events, of ${rows.length}`] : []
}
