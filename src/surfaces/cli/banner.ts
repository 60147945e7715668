import type { Command } from '../../kernel/command.ts'
import type { Feature } from '../../kernel/operation.ts'

/** What a fresh server says of itself. */
export interface Greeting {
  url: string
  /** Whether it listens on all addresses of the machine, and not on this one only. */
  everywhere: boolean
  /** Where the database is, without its password. */
  database: string
  /** The file with the generated key; undefined when the key was given by the settings. */
  keyFile: string | undefined
  features: readonly Feature[]
}

const LINES = 10

const hints = (commands: readonly Command[]): string[] =>
  commands.flatMap((command) => [
    ...(command.next ? [`  npx cairn ${command.next}`] : []),
    ...hints(command.subcommands ?? []),
  ])

/** At most ten lines: where the server is, where the key is, and what to do next. */
export function banner({ url, everywhere, database, keyFile, features }: Greeting): string {
  const key = keyFile ? `$(cat '${keyFile}')` : '$CAIRN_API_KEY'
  const head = [
    `Cairn Codex serves at ${url}${everywhere ? ', and on every other address of this machine' : ''}`,
    `Documentation: ${url}/docs`,
    `Database: ${database}`,
    `Operator's key: ${keyFile ?? 'in CAIRN_API_KEY'}`,
    'Next, in another terminal:',
    `  curl -H "Authorization: Bearer ${key}" ${url}/whoami`,
  ]
  const next = hints(features.flatMap((feature) => feature.commands ?? []))
  return [...head, ...next.slice(0, LINES - head.length - 1), 'Ctrl-C stops it.'].join('\n')
}
