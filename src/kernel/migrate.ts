import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { migrateJobs } from './jobs.ts'
import { CONNECT_MILLISECONDS } from './pool.ts'

/** A step of the schema, forward only. Its name sorts by date: `2026MMDDHHMM_what`. */
export interface Migration {
  readonly name: string
  readonly sql: string
}

export interface MigrationState {
  name: string
  state: 'applied' | 'pending' | 'unknown' | 'edited'
  applied_at: string | null
}

/** The schema and this program do not fit; the message says what to do. */
export class MigrationError extends Error {}

/** Notices an edited migration: one that was applied must never change again. */
const checksum = (migration: Migration): string =>
  createHash('sha256').update(migration.sql.trim()).digest('hex').slice(0, 32)

const CREATE_LEDGER = `
  CREATE TABLE IF NOT EXISTS schema_migrations (
    name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`

// Any fixed number: it only keeps ten processes from creating the ledger at the same instant. What guards the
// migrations themselves is the table lock below.
const LEDGER_LOCK = 7_220_144_001

/**
 * How long a migration waits for the lock of a table at a time: whoever wants the table meanwhile waits behind it. And for how
 * long it comes again: a backup, say, holds all tables until it is done.
 */
const LOCK_SECONDS = 2
const PATIENCE_SECONDS = 60

/** In one transaction, which may take its time and waits for other processes, whatever limits the role has. */
async function inTransaction<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0')
  try {
    const result = await work()
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}

interface LedgerRow {
  name: string
  checksum: string
  applied_at: string
}

const readLedger = async (client: pg.Client): Promise<LedgerRow[]> =>
  (
    await client.query<LedgerRow>(
      `SELECT name, checksum, to_json(applied_at) #>> '{}' AS applied_at FROM schema_migrations ORDER BY name`,
    )
  ).rows

function compare(migrations: readonly Migration[], ledger: readonly LedgerRow[]): MigrationState[] {
  const known = new Map(migrations.map((each) => [each.name, each]))
  const applied = new Map(ledger.map((row) => [row.name, row]))
  const names = [...new Set([...known.keys(), ...applied.keys()])].sort()
  return names.map((name) => {
    const migration = known.get(name)
    const row = applied.get(name)
    if (!row) return { name, state: 'pending', applied_at: null }
    if (!migration) return { name, state: 'unknown', applied_at: row.applied_at }
    return {
      name,
      state: checksum(migration) === row.checksum ? 'applied' : 'edited',
      applied_at: row.applied_at,
    }
  })
}

function refuseMisfits(states: readonly MigrationState[]): void {
  const unknown = states.find((each) => each.state === 'unknown')
  if (unknown)
    throw new MigrationError(
      `The database's schema is newer than this program: it has the migration ${unknown.name}. Start a newer version.`,
    )
  const edited = states.find((each) => each.state === 'edited')
  if (edited)
    throw new MigrationError(
      `The migration ${edited.name} was edited after it had been applied. Restore its text, and put the change into a new migration.`,
    )
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    application_name: 'cairn-codex migrate',
  })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** What is applied, pending, unknown to this program, or edited since. Changes nothing. */
export async function migrationStates(
  url: string,
  migrations: readonly Migration[],
): Promise<MigrationState[]> {
  const client = await connect(url)
  try {
    const { rows } = await client.query<{ found: boolean }>(
      `SELECT to_regclass('schema_migrations') IS NOT NULL AS found`,
    )
    return compare(migrations, rows[0]?.found ? await readLedger(client) : [])
  } finally {
    await client.end()
  }
}

/** Applies one migration, unless it is applied. Fails with 55P03 where another holds a table that it changes. */
const apply = (client: pg.Client, migration: Migration, all: readonly Migration[]): Promise<boolean> =>
  inTransaction(client, async () => {
    await client.query('LOCK TABLE schema_migrations IN SHARE ROW EXCLUSIVE MODE')
    const states = compare(all, await readLedger(client))
    refuseMisfits(states)
    if (states.find((each) => each.name === migration.name)?.state !== 'pending') return false
    await client.query(`SET LOCAL lock_timeout = '${LOCK_SECONDS}s'`)
    await client.query(migration.sql)
    await client.query('INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)', [
      migration.name,
      checksum(migration),
    ])
    return true
  })

/** Tries again while others hold what a migration must lock, and lets those through that came meanwhile. */
async function withPatience<T>({ name }: Migration, work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_SECONDS * 1000
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if ((error as { code?: unknown }).code !== '55P03') throw error
      if (performance.now() > deadline)
        throw new MigrationError(
          `The migration ${name} cannot lock what it changes: a backup or a long transaction holds it. Nothing of it was done; start again when that is over.`,
          { cause: error },
        )
      await sleep(LOCK_SECONDS * 1000)
    }
  }
}

/**
 * Applies what is pending, each migration in one transaction with its row in `schema_migrations`, and returns their
 * names; the job queue's own schema comes after them. Ten processes may call this at once: one applies, the others wait and find nothing to do.
 * Throws MigrationError when the schema is newer than the program, an applied migration was edited, or others hold for a minute what
 * a migration must lock.
 */
export async function migrate(url: string, migrations: readonly Migration[]): Promise<string[]> {
  const client = await connect(url)
  try {
    const { rows } = await client.query<{ version: number; encoding: string }>(
      `SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding`,
    )
    const { version, encoding } = rows[0]!
    if (version < 150_000)
      throw new MigrationError('Cairn Codex needs PostgreSQL 15 or newer; point DATABASE_URL to one.')
    if (encoding !== 'UTF8')
      throw new MigrationError(
        `Cairn Codex needs a database in UTF8, and this one is in ${encoding}; make one by CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8'.`,
      )
    await inTransaction(client, async () => {
      await client.query('SELECT pg_advisory_xact_lock($1)', [LEDGER_LOCK])
      await client.query(CREATE_LEDGER)
    })
    const applied: string[] = []
    for (const migration of [...migrations].sort((a, b) => (a.name < b.name ? -1 : 1)))
      if (await withPatience(migration, () => apply(client, migration, migrations)))
        applied.push(migration.name)
    await migrateJobs(url)
    return applied
  } finally {
    await client.end()
  }
}
