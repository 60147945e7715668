import { Cairn, CairnProblem, follow } from '@cairn-codex/client'
import { UsageError, type Command, type CommandCall } from '../../kernel/command.ts'
import { Problem } from '../../kernel/problem.ts'
import { lineOf } from './watch-line.ts'

const words = (value: unknown): string[] | undefined =>
  Array.isArray(value)
    ? (value as string[]).flatMap((each) => each.split(',')).filter((each) => each !== '')
    : undefined

function position(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`--after must be a sequence such as 4711, not ${text}`)
  return Number(text)
}

/** The ids of tasks that are named by id or number. Throws the server's `task_not_found` for a number of none. */
const idsOf = (call: CommandCall, refs: readonly string[]): Promise<string[]> =>
  Promise.all(
    refs.map(async (ref) =>
      /^\d+$/.test(ref)
        ? ((await call.call('tasks.get', { task_id: Number(ref) })) as { id: string }).id
        : ref,
    ),
  )

/** Prints what comes until the signal. Returns the position; throws the Problem with which a server refuses to go on. */
async function print(
  call: CommandCall,
  types: string[] | undefined,
  task_ids: string[] | undefined,
  after: number | undefined,
): Promise<number | undefined> {
  let position = after
  const people = call.terminal && !call.json
  // Asked for each connection: a server that was started again may be at another port.
  const events = follow(new Cairn(call.server), {
    types,
    task_ids,
    after,
    signal: call.signal,
    onReady: (sequence) => {
      if (position === undefined && call.terminal)
        call.note(`Watching, from sequence ${sequence} on; Ctrl-C ends it.`)
      position ??= sequence
    },
    onLost: (sequence) => call.note(`The connection was lost; trying again, after sequence ${sequence}.`),
  })
  try {
    for await (const event of events) {
      call.print(people ? lineOf(event) : JSON.stringify(event))
      position = event.sequence
    }
  } catch (error) {
    if (!(error instanceof CairnProblem)) throw error
    const { code, status, detail, errors, extra } = error
    throw new Problem(code, status, detail, errors.length > 0 ? { ...extra, errors } : extra)
  }
  return position
}

async function run(call: CommandCall): Promise<number> {
  const after = position(call.options['after'])
  const types = words(call.options['types'])
  const tasks = words(call.options['task'])
  // A server that is not there, or a wrong key, is told as by any other command; later on it is waited for.
  await call.call('access.whoami', {})
  const end = await print(call, types, tasks && (await idsOf(call, tasks)), after)
  if (end !== undefined) call.note(`\`cairn watch --after ${end}\` goes on from here.`)
  return 0
}

/** `cairn watch`: the record as it grows. */
export const watchCommand: Command = {
  name: 'watch',
  summary: 'Print what happens, as it happens, until Ctrl-C',
  help: [
    'On a terminal a line an event; elsewhere, and with --json, one JSON object a line, as GET /events answers it.',
    'A lost connection is made again, and nothing is missed or printed twice: cairn watch --types task.* --after 0',
  ].join('\n'),
  options: [
    { flags: '--types <type...>', description: 'only these event types: task.completed, task.*, *' },
    { flags: '--task <id...>', description: 'only what concerns these tasks, by id or number' },
    {
      flags: '--after <sequence>',
      description: 'begin after this sequence, 0 for all; from now on unless given',
    },
  ],
  run,
}
