import { z } from 'zod'
import type { Ctx } from '../../kernel/context.ts'
import { Id, newId } from '../../kernel/ids.ts'
import { operation } from '../../kernel/operation.ts'
import { Problem } from '../../kernel/problem.ts'
import { recordChange, type RecordEntry } from '../../kernel/record.ts'
import { addEdges, dependencyCycle, findCycle } from '../dependencies/index.ts'
import { readTasks, refuseReserved, Task, taskExample, taskIds } from '../tasks/index.ts'
import { BatchItem, CreateTask, MAX_BATCH } from './schema.ts'
import * as sql from './sql.ts'
import { planTool } from './tools.ts'

const newTask = (item: Omit<BatchItem, 'ref' | 'depends_on'>): sql.NewTask => {
  for (const key of Object.keys(item.metadata)) refuseReserved(key)
  const { title, description, priority, effort_estimate, tags, metadata } = item
  return { id: newId(), title, description, priority, effort_estimate, tags, metadata }
}

interface Edge {
  task_id: string
  depends_on_task_id: string
}

/** Inserts tasks and their edges, and records each task as it stands with them. In the order given. */
async function insertWithEdges(
  ctx: Ctx,
  tasks: readonly sql.NewTask[],
  edges: readonly Edge[],
): Promise<Task[]> {
  await sql.insertTasks(ctx, tasks)
  // A reader of the record must know a task before it hears of its edges.
  const ofEdges: RecordEntry[] = []
  await addEdges(
    { ...ctx, record: (entry) => void ofEdges.push(entry) },
    edges.map((edge) => ({ ...edge, dependency_type: 'hard' as const })),
    { newTasks: new Set(tasks.map((task) => task.id)) },
  )
  const rows = await readTasks(
    ctx,
    tasks.map((task) => task.id),
  )
  const stored = new Map(rows.map(({ task }) => [task.id, task]))
  const created = tasks.map(({ id, metadata }) => {
    const task = stored.get(id)!
    recordChange(ctx, 'task.created', null, { ...task, metadata })
    return task
  })
  for (const entry of ofEdges) ctx.record(entry)
  return created
}

/** Creates one task. */
export const createTask = operation({
  name: 'tasks.create',
  summary: 'Create a task',
  http: { method: 'POST', path: '/tasks', status: 201 },
  permission: 'create_tasks',
  runs: (input) => (input.depends_on.length > 0 ? 'transaction' : 'statement'),
  versioned: true,
  input: CreateTask,
  output: Task,
  problems: { task_not_found: 404, reserved_key: 409 },
  examples: [
    {
      summary: 'With a prerequisite',
      input: {
        title: 'Add the retry endpoint',
        priority: 4,
        effort_estimate: 30,
        tags: ['api'],
        depends_on: [16],
      },
      output: { ...taskExample, unmet_dependencies: 1 },
    },
  ],
  async run(ctx, { depends_on, ...item }) {
    const task = newTask(item)
    if (depends_on.length === 0) return (await sql.insertAndRecordTasks(ctx, ctx.origin, [task]))[0]!
    const prerequisites = [...new Set(await taskIds(ctx, depends_on))]
    const edges = prerequisites.map((id) => ({ task_id: task.id, depends_on_task_id: id }))
    return (await insertWithEdges(ctx, [task], edges))[0]!
  },
})

const badItem = (index: number, field: string, message: string): Problem =>
  new Problem(
    'validation_failed',
    400,
    `tasks.${index}.${field}: ${message}. Correct the request and send it again.`,
    {
      errors: [{ path: `tasks.${index}.${field}`, message }],
    },
  )

/** The edges of a batch, its refs resolved. Throws 400 for a ref that is given twice or to nobody, 404 for an unknown number. */
async function resolveEdges(
  ctx: Ctx,
  items: readonly BatchItem[],
  tasks: readonly sql.NewTask[],
): Promise<Edge[]> {
  const byRef = new Map<string, string>()
  items.forEach(({ ref }, index) => {
    if (ref === undefined) return
    if (byRef.has(ref)) throw badItem(index, 'ref', `"${ref}" is given twice`)
    byRef.set(ref, tasks[index]!.id)
  })
  const wanted = items.flatMap((item, index) =>
    item.depends_on.map((name, nth) => {
      if (typeof name !== 'string' || Id.safeParse(name).success) return { index, name: name }
      const id = byRef.get(name)
      if (!id) throw badItem(index, `depends_on.${nth}`, `no item of this batch has the ref "${name}"`)
      if (id === tasks[index]!.id) throw badItem(index, `depends_on.${nth}`, 'a task cannot wait for itself')
      return { index, name: id }
    }),
  )
  const ids = await taskIds(
    ctx,
    wanted.map((each) => each.name),
  )
  const edges = new Map<string, Edge>()
  wanted.forEach(({ index }, nth) => {
    const edge = { task_id: tasks[index]!.id, depends_on_task_id: ids[nth]! }
    edges.set(`${edge.task_id} ${edge.depends_on_task_id}`, edge)
  })
  return [...edges.values()]
}

/** The refs, or where there is none the indexes, of the tasks on a loop: their ids were never given to anybody. */
function cycleOfRefs(
  items: readonly BatchItem[],
  tasks: readonly sql.NewTask[],
  cycle: readonly string[],
): string[] {
  const names = new Map(tasks.map((task, index) => [task.id, items[index]!.ref ?? `#${index}`]))
  return cycle.map((id) => names.get(id) ?? id)
}

/** Creates up to 100 tasks with the edges between them: all or nothing. */
export const createBatch = operation({
  name: 'tasks.create_batch',
  summary: 'Create up to 100 tasks and their graph, all or nothing',
  description:
    'Items may carry a ref of their own; depends_on holds refs, ids or numbers. The answer has the order of the request.',
  http: { method: 'POST', path: '/tasks/batch', status: 201, body: 'tasks' },
  permission: 'create_tasks',
  runs: (input) => (input.tasks.some((item) => item.depends_on.length > 0) ? 'transaction' : 'statement'),
  input: z.strictObject({ tasks: z.array(BatchItem).min(1).meta({ maxItems: MAX_BATCH }) }),
  output: z.array(Task),
  tool: planTool,
  problems: { batch_too_large: 400, task_not_found: 404, dependency_cycle: 409, reserved_key: 409 },
  examples: [
    {
      summary: 'A plan of two',
      input: {
        tasks: [
          { ref: 'design', title: 'Design the retry endpoint' },
          { title: 'Add the retry endpoint', priority: 4, depends_on: ['design'] },
        ],
      },
      output: [
        {
          ...taskExample,
          id: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a0f',
          number: 16,
          title: 'Design the retry endpoint',
        },
        { ...taskExample, unmet_dependencies: 1 },
      ],
    },
  ],
  async run(ctx, { tasks: items }) {
    if (items.length > MAX_BATCH)
      throw new Problem(
        'batch_too_large',
        400,
        `A batch takes ${MAX_BATCH} tasks at most, and this has ${items.length}; send several batches.`,
        { limit: MAX_BATCH },
      )
    const tasks = items.map(newTask)
    const edges = await resolveEdges(ctx, items, tasks)
    const cycle = findCycle(edges)
    if (cycle) throw dependencyCycle(cycleOfRefs(items, tasks, cycle))
    if (edges.length === 0) return sql.insertAndRecordTasks(ctx, ctx.origin, tasks)
    return insertWithEdges(ctx, tasks, edges)
  },
})
