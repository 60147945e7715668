import { z } from 'zod'
import { bytesOf, cutText } from '../../kernel/tokens.ts'
import { tool, type ToolUser } from '../../kernel/tool.ts'
import { AgentType, Tag, TaskNumber, taskUri, WorkerId } from '../tasks/index.ts'
import { LeaseSeconds, Note, type Claim, type Execution } from './schema.ts'

/** An agent behind a tool does not heartbeat while its own tools run: its lease is longer than a program's. */
const LEASE_SECONDS = 900

/** A claim shows so many tokens of the description; the rest is a link, and in the brief. */
const DESCRIPTION_TOKENS = 300

/** The short name of an execution, which carries its token. */
const LeaseName = z
  .string()
  .regex(/^[1-9]\d{0,15}-[1-9]\d{0,15}$/, 'must be a lease such as 17-3, as next or start gave it')

const named = (lease: string) => ({ execution_id: lease, lease_token: Number(lease.split('-')[1]) })
const numberOf = (lease: string): number => Number(lease.split('-')[0])

const as = ({ worker, agent_type }: { worker?: string; agent_type?: string }, user: ToolUser) => ({
  worker_id: worker ?? user.worker,
  agent_type: agent_type ?? user.client,
})

const who = {
  worker: WorkerId.optional().meta({ description: "you; the key's user unless given" }),
  agent_type: AgentType.optional().meta({ description: 'your kind' }),
}
const lease_seconds = LeaseSeconds.default(LEASE_SECONDS).meta({ description: '' })

const Claimed = z.object({
  task: z.int().nullable(),
  title: z.string().optional(),
  description: z.string().optional(),
  lease: z.string().optional(),
})

const NOTHING = { structured: { task: null }, text: 'Nothing can start now.', links: [] }

/** A claim in short; what is cut of a description is a link. */
function tell(claims: readonly Claim[]) {
  const [claim] = claims
  if (!claim) return NOTHING
  const { number, title, description } = claim.task
  const lease = `${number}-${claim.lease.token}`
  const shown = cutText(description, bytesOf(DESCRIPTION_TOKENS))
  return {
    structured: { task: number, title, ...(shown ? { description: shown } : {}), lease },
    text: `#${number} ${title}\nlease ${lease}${shown ? `\n\n${shown}` : ''}`,
    links: shown === description ? [] : [{ uri: taskUri(number), name: `#${number}` }],
  }
}

/** Take what is next. */
export const nextTool = tool<readonly Claim[]>()({
  name: 'next',
  description:
    'Claim the most urgent task that can start. The other calls need the lease it gives. task is null when there is nothing to do.',
  input: z.strictObject({
    wait_seconds: z.int().min(0).max(30).default(0),
    tags: z.array(Tag).min(1).max(50).optional(),
    ...who,
    lease_seconds,
  }),
  output: Claimed,
  toInput: ({ wait_seconds, tags, lease_seconds, ...other }, user) => ({
    ...as(other, user),
    wait_seconds,
    lease_seconds,
    ...(tags ? { tags } : {}),
  }),
  answer: (claims) => tell(claims),
})

/** Take a named task. */
export const startTool = tool<Execution & { lease: { token: number } }>()({
  name: 'start',
  description: 'Claim one task by its number, when told to; otherwise use next.',
  input: z.strictObject({ task: TaskNumber, ...who, lease_seconds }),
  output: z.object({ lease: z.string() }),
  toInput: ({ task, lease_seconds, ...other }, user) => ({
    task_id: task,
    ...as(other, user),
    lease_seconds,
  }),
  answer({ lease: { token } }, { task }) {
    const lease = `${task}-${token}`
    return { structured: { lease }, text: `lease ${lease}` }
  },
})

export const heartbeatTool = tool<{ expires_at: string; stop: string | null }>()({
  name: 'heartbeat',
  description: 'Extend your lease before it ends, and tell your progress. Stop when stop says so.',
  hint: 'idempotent',
  input: z.strictObject({
    lease: LeaseName,
    progress: z.unknown().optional(),
    lease_seconds,
  }),
  output: z.object({ expires_at: z.string(), stop: z.string().nullable() }),
  toInput: ({ lease, ...more }) => ({ ...named(lease), ...more }),
  answer({ expires_at, stop }) {
    const until = expires_at.replace(/\.\d+/, '')
    return {
      structured: { expires_at: until, stop },
      text: stop === null ? `until ${until}` : `stop: ${stop}; release the task`,
    }
  },
})

/** Say how it ended, and take what is next. */
export const completeTool = tool<Execution & { next?: readonly Claim[] }>()({
  name: 'complete',
  description: 'End your task: done, with a result; or failed, with an error.',
  input: z.strictObject({
    lease: LeaseName,
    result: z.unknown().optional().meta({ description: 'JSON for those who work on what waited for this' }),
    error: z.string().max(65_536).optional(),
    cost_dollars: z.number().min(0).optional(),
    next: z.boolean().optional().meta({ description: 'claim the next task in the same call' }),
    tags: z.array(Tag).min(1).max(50).optional().meta({ description: 'of the next task' }),
  }),
  output: z.object({ status: z.enum(['completed', 'failed']), next: Claimed.optional() }),
  toInput: ({ lease, result, error, cost_dollars, next, tags }) => ({
    ...named(lease),
    success: error === undefined,
    ...(error === undefined ? {} : { error_message: error }),
    ...(result === undefined ? {} : { result }),
    ...(cost_dollars === undefined ? {} : { cost_dollars }),
    ...(next ? { claim_next: { lease_seconds: LEASE_SECONDS, ...(tags ? { tags } : {}) } } : {}),
  }),
  answer({ success, next }, { lease }) {
    const status = success ? ('completed' as const) : ('failed' as const)
    const claimed = next && tell(next)
    return {
      structured: { status, ...(claimed ? { next: claimed.structured } : {}) },
      text: `#${numberOf(lease)} ${status}.${claimed ? `\nNext: ${claimed.text}` : ''}`,
      ...(claimed ? { links: claimed.links } : {}),
    }
  },
})

export const releaseTool = tool<Execution>()({
  name: 'release',
  description: 'Give your task back unfinished, for somebody else to take.',
  input: z.strictObject({
    lease: LeaseName,
    note: Note.optional().meta({ description: 'what the next worker should know' }),
  }),
  output: z.object({ status: z.literal('ready') }),
  toInput: ({ lease, note }) => ({ ...named(lease), ...(note === undefined ? {} : { note }) }),
  answer: (_, { lease }) => ({
    structured: { status: 'ready' as const },
    text: `#${numberOf(lease)} is ready for another.`,
  }),
})
