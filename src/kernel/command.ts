import type { Settings } from './settings.ts'

/** A command was called wrongly: exit code 2. The message is one sentence. */
export class UsageError extends Error {}

/** A command of the `cairn` command line that a feature brings beside its operations. */
export interface Command {
  readonly name: string
  readonly summary: string
  /** Positional arguments, commander's notation: `<format> <file>`. */
  readonly arguments?: string
  readonly options?: readonly { flags: string; description: string; fallback?: string }[]
  readonly subcommands?: readonly Command[]
  /** What the help says beyond the summary, an example for instance. */
  readonly help?: string
  /** A line of what a fresh server prints under "Next": arguments after `cairn`, and a comment after `#` where it needs one. */
  readonly next?: string
  /** Returns the exit code: 0 done, 1 failed. What it throws is told in a sentence, a Problem by its code. */
  run?(call: CommandCall): Promise<number>
}

/** What a call of an operation may carry beside its input. */
export interface CallOptions {
  readonly idempotencyKey?: string
  /** A version, or `*`. */
  readonly ifMatch?: string
  readonly signal?: AbortSignal
  /** Called as often as the server says how far it is, in operations that report progress. */
  readonly onProgress?: (done: number, total: number) => void
}

/** What a command is given: its arguments, and the way to the server's operations. */
export interface CommandCall {
  readonly arguments: readonly string[]
  /** By camel-cased names: `--dry-run` is `dryRun`. */
  readonly options: Readonly<Record<string, unknown>>
  /** Whether `--json` was given: then stdout carries JSON only. */
  readonly json: boolean
  /** Whether a person reads stdout and stderr: progress bars and colours are for terminals. */
  readonly terminal: boolean
  readonly settings: Settings
  /** Aborted by SIGINT and SIGTERM, for a command that has something to tidy up; a second signal ends the process. */
  readonly signal: AbortSignal
  /** The server's address without a trailing slash, and the key to use with it. */
  readonly server: () => Promise<{ url: string; key: string }>
  /** Calls one operation on the server; throws the server's Problem. */
  readonly call: (operation: string, input: unknown, options?: CallOptions) => Promise<unknown>
  /** Writes a line to stdout. */
  readonly print: (text: string) => void
  /** Writes a line to stderr: what is no part of the answer. */
  readonly note: (text: string) => void
}
