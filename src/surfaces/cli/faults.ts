import { CommanderError } from 'commander'
import { EmbeddedPostgresError } from '../../embedded/index.ts'
import { UsageError } from '../../kernel/command.ts'
import { MigrationError } from '../../kernel/migrate.ts'
import { Problem, problemDocument } from '../../kernel/problem.ts'
import { SettingsError } from '../../kernel/settings.ts'

/** What a command's end means to whoever called it. */
export const EXIT = {
  done: 0,
  /** A problem that the server answered with, or a failure while running. */
  failed: 1,
  /** Wrong usage or settings: nothing was tried. */
  usage: 2,
  /** No server answers; nothing was changed. */
  unreachable: 3,
} as const

/** No server of ours answers at the address; the message is one sentence. */
export class Unreachable extends Error {
  /** What something else answered that listens there. */
  readonly answered: { readonly status: number; readonly retryAfter: number } | undefined

  constructor(
    message: string,
    { answered, ...options }: ErrorOptions & { answered?: Unreachable['answered'] } = {},
  ) {
    super(message, options)
    this.answered = answered
  }
}

/** A change was sent, and its answer lost for good: it may have been made. The message is one sentence. */
export class AnswerLost extends Error {}

/** A fault as the command line tells it. */
export interface Fault {
  readonly code: string
  /** One sentence, sometimes several. */
  readonly detail: string
  readonly exit: number
  /** The problem as JSON: the server's own, or one of the same shape. */
  readonly document: Readonly<Record<string, unknown>>
}

const fault = (code: string, exit: number, detail: string, more: Record<string, unknown> = {}): Fault => ({
  code,
  detail,
  exit,
  document: { title: code.replaceAll('_', ' '), detail, code, ...more },
})

/** Commander's message without its prefix and its line breaks: `unknown command 'serv' (Did you mean serve?)`. */
const commanderSentence = (message: string): string =>
  message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/ \(Did you mean ([^?]*)\?\)$/, '; did you mean $1?')

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message || error.name : String(error)).split('\n')[0] ?? ''

/** What anything that was thrown means: each kind has its code and its exit code. */
export function faultOf(error: unknown): Fault {
  if (error instanceof Problem)
    return {
      code: error.code,
      detail: error.detail,
      exit: EXIT.failed,
      document: problemDocument(error),
    }
  if (error instanceof SettingsError)
    return fault('wrong_settings', EXIT.usage, error.faults.join('\n'), { errors: error.faults })
  if (error instanceof CommanderError)
    return fault('wrong_usage', EXIT.usage, `${commanderSentence(error.message)}`)
  if (error instanceof UsageError) return fault('wrong_usage', EXIT.usage, error.message)
  if (error instanceof EmbeddedPostgresError) return fault('embedded_database', EXIT.usage, error.message)
  if (error instanceof Unreachable) return fault('server_unreachable', EXIT.unreachable, error.message)
  if (error instanceof AnswerLost) return fault('answer_lost', EXIT.failed, error.message)
  if (error instanceof MigrationError) return fault('schema_mismatch', EXIT.failed, error.message)
  return fault('failed', EXIT.failed, firstLine(error))
}
