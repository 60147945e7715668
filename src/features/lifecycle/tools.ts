import { z } from 'zod'
import { tool } from '../../kernel/tool.ts'
import { EffortMinutes, Priority, Tags, TaskNumber, Title, Description, type Task } from '../tasks/index.ts'

/** A whole graph in one call. */
export const planTool = tool<readonly Task[]>()({
  name: 'plan',
  description:
    'Create up to 100 tasks with the graph between them, all or nothing. Answers their numbers, in order.',
  input: z.strictObject({
    tasks: z.array(
      z.strictObject({
        ref: z.string().optional().meta({ description: 'your name for it, for depends_on' }),
        title: Title.meta({ description: '' }),
        description: Description.optional().meta({ description: 'all that a stranger needs' }),
        priority: Priority.optional().meta({ description: '5 the most urgent' }),
        effort_estimate: EffortMinutes.optional().meta({ description: 'minutes' }),
        tags: Tags.optional().meta({ description: '' }),
        depends_on: z
          .array(z.union([z.string(), TaskNumber]))
          .optional()
          .meta({ description: 'refs or numbers that must be completed first' }),
      }),
    ),
    idempotency_key: z.string().min(1).max(255).optional(),
  }),
  output: z.object({ tasks: z.array(z.int()) }),
  toInput: ({ tasks }) => ({ tasks }),
  answer(tasks) {
    const numbers = tasks.map(({ number }) => number)
    return { structured: { tasks: numbers }, text: `created ${numbers.map((n) => `#${n}`).join(' ')}` }
  },
})

export const deleteTool = tool<null>()({
  name: 'delete',
  description: 'Delete a task for ever, whatever its state. Asks first.',
  hint: 'destructive',
  input: z.strictObject({ task: TaskNumber, confirm: z.string().optional() }),
  output: z.object({ deleted: z.int() }),
  toInput: ({ task }) => ({ task_id: task }),
  confirm: ({ task }) => `Delete task #${task} with its dependencies, history and metadata?`,
  answer: (_, { task }) => ({ structured: { deleted: task }, text: `#${task} is deleted.` }),
})
