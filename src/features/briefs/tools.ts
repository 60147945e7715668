import { z } from 'zod'
import { tool, type ToolResource } from '../../kernel/tool.ts'
import { TaskNumber, taskUri } from '../tasks/index.ts'
import { MAX_TOKENS, PARTS, type Brief } from './schema.ts'

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** A brief to be read: a line a fact. */
function read({ task, attempts = [], prerequisites = [], metadata = {}, left_out }: Brief): string {
  const { number, title, status, priority, effort_estimate, tags, assigned_worker, description } = task
  const facts = [
    status,
    `priority ${priority}`,
    ...(effort_estimate === null ? [] : [`${effort_estimate} min`]),
    ...(task.unmet_dependencies ? [`${task.unmet_dependencies} unmet`] : []),
    ...(assigned_worker === null ? [] : [`with ${assigned_worker}`]),
    ...tags,
  ]
  const said = (parts: readonly unknown[]): string =>
    parts
      .filter((part) => part !== undefined)
      .map(asText)
      .join('; ')
  return [
    `#${number} ${title}`,
    facts.join(', '),
    ...(description ? ['', description] : []),
    ...attempts.map(
      ({ outcome, worker_id, error_message, note, progress }) =>
        `- ${outcome} by ${worker_id}: ${said([error_message, note, progress])}`,
    ),
    ...prerequisites.map(
      (each) =>
        `- needs #${each.number} ${each.title} (${each.status}${each.dependency_type === 'soft' ? ', soft' : ''})${each.result !== undefined || each.note !== undefined ? `: ${said([each.result, each.note])}` : ''}`,
    ),
    ...Object.entries(metadata).map(([key, value]) => `- ${key}: ${value}`),
    ...(left_out === undefined ? [] : [`left out: ${left_out}`]),
  ].join('\n')
}

/** Read a task before working on it. */
export const showTool = tool<Brief>()({
  name: 'show',
  description:
    "Read a task before you work on it: its description, how earlier attempts ended, its prerequisites' results.",
  hint: 'read',
  input: z.strictObject({
    task: TaskNumber,
    fields: z.array(z.enum(PARTS)).min(1).optional(),
    max_tokens: z.int().min(200).max(MAX_TOKENS).default(2_000),
  }),
  output: z.looseObject({
    task: z.looseObject({ number: z.int() }),
    left_out: z.string().optional(),
  }),
  toInput: ({ task, ...wish }) => ({ task_id: task, ...wish }),
  answer(brief) {
    const { tokens: _, ...told } = brief
    return {
      structured: told,
      text: read(brief),
      links: brief.left_out === undefined ? [] : [{ uri: taskUri(brief.task.number), name: 'whole' }],
    }
  },
})

/** A task, whole: what links lead to. */
export const taskResource: ToolResource = {
  template: 'cairn://tasks/{number}',
  name: 'task',
  description: 'A task by its number, whole',
  toInput: (text) => ({ task_id: Number(text), max_tokens: MAX_TOKENS }),
}
