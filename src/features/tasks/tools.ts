import { z } from 'zod'
import { estimateTokens } from '../../kernel/tokens.ts'
import { tool } from '../../kernel/tool.ts'
import { SearchText, STATUSES, Tag, WorkerId, type Task } from './schema.ts'

/** Where a task can be read whole. */
export const taskUri = (number: number): string => `cairn://tasks/${number}`

/** How a tool names a task: its short number. */
export const TaskNumber = z.int().min(1)

/** What a row may tell beside the number. */
const FIELDS = [
  'title',
  'status',
  'priority',
  'tags',
  'assigned_worker',
  'unmet_dependencies',
  'effort_estimate',
  'updated_at',
] as const
const DEFAULT_FIELDS: readonly (typeof FIELDS)[number][] = ['title', 'status', 'priority']

const FoundRow = z.looseObject({ task: z.int() })

const line = ({ task, title, ...more }: Record<string, unknown>): string =>
  [`#${String(task)}`, ...Object.values(more), title]
    .filter((value) => value !== undefined)
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
    .join(' ')

/** The way into the graph: what there is, by words, status, tag or worker. */
export const findTool = tool<readonly Task[]>()({
  name: 'find',
  description: 'List tasks, the most urgent first. startable: what can be claimed now.',
  hint: 'read',
  input: z.strictObject({
    query: SearchText.optional().meta({ description: 'in title or description' }),
    status: z.enum(STATUSES).optional(),
    startable: z.boolean().optional(),
    tag: Tag.optional(),
    worker: WorkerId.optional().meta({ description: '' }),
    limit: z.int().min(1).max(100).default(10),
    offset: z.int().min(0).max(1_000_000).default(0),
    fields: z.array(z.enum(FIELDS)).max(FIELDS.length).optional(),
    max_tokens: z.int().min(50).max(100_000).default(1_000),
  }),
  output: z.strictObject({
    tasks: z.array(FoundRow),
    next_offset: z.int().optional(),
  }),
  toInput: ({ query, status, startable, tag, worker, limit, offset }) => ({
    ...(query === undefined ? {} : { q: query }),
    ...(status === undefined ? {} : { status: [status] }),
    ...(startable === undefined ? {} : { startable }),
    ...(tag === undefined ? {} : { tag: [tag] }),
    ...(worker === undefined ? {} : { assigned_worker: worker }),
    limit,
    offset,
  }),
  answer(found, { fields = DEFAULT_FIELDS, offset, max_tokens }, more) {
    const rows = found.map((task) => ({
      task: task.number,
      ...Object.fromEntries(fields.map((field) => [field, task[field]])),
    }))
    const say = (count: number) => {
      const goesOn = count < rows.length || more
      const tasks = rows.slice(0, count)
      return {
        structured: { tasks, ...(goesOn ? { next_offset: offset + count } : {}) },
        text: [
          ...tasks.map(line),
          ...(goesOn ? [`more: offset ${offset + count}`] : count === 0 ? ['No such task.'] : []),
        ].join('\n'),
      }
    }
    let count = rows.length
    while (count > 0 && tooLong(say(count), max_tokens)) count--
    return say(count)
  },
})

const tooLong = ({ structured, text }: { structured: object; text: string }, budget: number): boolean =>
  Math.max(estimateTokens(structured), estimateTokens(text)) > budget
