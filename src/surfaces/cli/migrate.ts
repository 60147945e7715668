import { migrate, migrationStates } from '../../kernel/migrate.ts'
import type { Migration } from '../../kernel/migrate.ts'
import type { Settings } from '../../kernel/settings.ts'
import { connecting, openDatabaseUntil } from './database.ts'
import { EXIT } from './faults.ts'
import { columns, type Output } from './output.ts'
import { stopSignals } from './stopping.ts'

/** What a `cairn migrate` command works with. */
export interface MigrateOptions {
  settings: Settings
  migrations: readonly Migration[]
  output: Output
  json: boolean
}

/** Opens the database (starts the embedded one, and stops it again, by a signal too) around one piece of work. */
async function withDatabase<T>({ settings, output }: MigrateOptions, work: (url: string) => Promise<T>) {
  const signals = stopSignals({ starting: true, code: EXIT.failed })
  const database = await openDatabaseUntil(signals, settings, (message) => output.note(message))
  try {
    return await connecting(database, () => work(database.directUrl))
  } catch (error) {
    // Its database was stopped under it: the signal ends the process.
    if (signals.interrupted) return await new Promise<never>(() => undefined)
    throw error
  } finally {
    await database.stop()
  }
}

/** `cairn migrate status`: each migration with its state. Changes nothing. */
export async function migrateStatus(options: MigrateOptions): Promise<number> {
  const states = await withDatabase(options, (url) => migrationStates(url, options.migrations))
  const { output, json } = options
  if (json) output.print(JSON.stringify(states))
  else
    for (const line of columns(states.map((each) => [each.state, each.name, each.applied_at ?? ''])))
      output.print(line)
  return EXIT.done
}

/** `cairn migrate up`: applies what is pending. Throws MigrationError when schema and program do not fit. */
export async function migrateUp(options: MigrateOptions): Promise<number> {
  const applied = await withDatabase(options, (url) => migrate(url, options.migrations))
  const { output, json } = options
  if (json) output.print(JSON.stringify(applied))
  else if (applied.length === 0) output.print('Nothing to do: the schema is up to date.')
  else for (const name of applied) output.print(`applied  ${name}`)
  return EXIT.done
}
