import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import pg from 'pg'
import { untilWaiting } from '../../test/locks.ts'
import { testDatabase } from '../../test/postgres.ts'
import { migrate, MigrationError, migrationStates, type Migration } from './migrate.ts'
import { record } from './migrations/202611220001_record.ts'
import { requests } from './migrations/202611220002_requests.ts'

let database: { url: string; drop(): Promise<void> }
let client: pg.Client
const reset = () => client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
before(async () => {
  database = await testDatabase()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await reset()
})
after(async () => {
  await client.end()
  await database.drop()
})
afterEach(reset)

const FIRST: Migration = { name: '202601010001_first', sql: 'CREATE TABLE first (id int)' }
const SECOND: Migration = { name: '202601010002_second', sql: 'CREATE TABLE second (id int)' }

const ledger = async (): Promise<string[]> =>
  (await client.query<{ name: string }>('SELECT name FROM schema_migrations ORDER BY name')).rows.map(
    ({ name }) => name,
  )

test('what is pending is applied in the order of the names, each once', async () => {
  assert.deepEqual(await migrate(database.url, [SECOND, FIRST]), [FIRST.name, SECOND.name])
  assert.deepEqual(await migrate(database.url, [FIRST, SECOND]), [])
  const third = { name: '202601010003_third', sql: 'INSERT INTO first VALUES (3)' }
  assert.deepEqual(await migrate(database.url, [FIRST, SECOND, third]), [third.name])
  assert.deepEqual(await ledger(), [FIRST.name, SECOND.name, third.name])
  assert.equal((await client.query('SELECT FROM first')).rowCount, 1)
})

test('of ten processes that start at once one migrates, and the others find nothing to do', async () => {
  const applied = await Promise.all(
    Array.from({ length: 10 }, () => migrate(database.url, [record, requests, FIRST])),
  )
  assert.deepEqual(applied.flat().sort(), [FIRST.name, record.name, requests.name].sort())
})

/** The database as a role sees it that has limits of its own. */
const limited = (...limits: string[]): string => {
  const url = new URL(database.url)
  url.searchParams.set('options', limits.map((limit) => `-c ${limit}`).join(' '))
  return url.href
}

test("a migration takes as long as it needs, and the others wait for it, whatever the role's limits", async () => {
  const slow = { name: '202601010003_slow', sql: 'SELECT pg_sleep(1)' }
  const url = limited('statement_timeout=300', 'lock_timeout=300')
  const applied = await Promise.all([1, 2, 3].map(() => migrate(url, [record, FIRST, slow])))
  assert.deepEqual(applied.flat().sort(), [FIRST.name, slow.name, record.name].sort())
})

test('a migration that waits for a table keeps nobody else from it for long, and is applied once it is free', async () => {
  await migrate(database.url, [FIRST])
  const change = { name: '202601010003_change', sql: 'ALTER TABLE first ADD COLUMN more int' }
  // As a backup holds every table.
  await client.query('BEGIN; SELECT FROM first')
  const migrating = migrate(database.url, [FIRST, change])
  const reader = new pg.Client({ connectionString: limited('lock_timeout=10000') })
  await reader.connect()
  try {
    await untilWaiting(client)
    await reader.query('SELECT FROM first')
    assert.deepEqual(await ledger(), [FIRST.name])
    await client.query('COMMIT')
    assert.deepEqual(await migrating, [change.name])
  } finally {
    await client.query('ROLLBACK')
    await reader.end()
    await migrating.catch(() => undefined)
  }
})

test('a migration that fails leaves nothing of itself, and what came before stays', async () => {
  const bad: Migration = { name: '202601010003_bad', sql: 'CREATE TABLE half (id int); SELECT 1/0' }
  await assert.rejects(migrate(database.url, [FIRST, SECOND, bad]), { code: '22012' })
  assert.deepEqual(await ledger(), [FIRST.name, SECOND.name])
  const { rows } = await client.query(`SELECT to_regclass('half') AS half`)
  assert.deepEqual(rows, [{ half: null }])
})

test('an edited migration is noticed, and nothing is applied', async () => {
  await migrate(database.url, [FIRST])
  const edited = { ...FIRST, sql: 'CREATE TABLE first (id bigint)' }
  await assert.rejects(
    migrate(database.url, [edited, SECOND]),
    (error) => error instanceof MigrationError && /202601010001_first was edited/.test(error.message),
  )
  assert.deepEqual(await ledger(), [FIRST.name])
})

test('a schema that is newer than the program is refused', async () => {
  await migrate(database.url, [FIRST, SECOND])
  await assert.rejects(
    migrate(database.url, [FIRST]),
    (error) => error instanceof MigrationError && /newer than this program/.test(error.message),
  )
})

test('a database that is not in UTF8 is refused', async () => {
  const name = `ascii_${process.pid}`
  const ascii = new URL(database.url)
  ascii.pathname = `/${name}`
  await client.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'`)
  await assert.rejects(
    migrate(ascii.href, [FIRST]),
    (error) => error instanceof MigrationError && /in UTF8, and this one is in SQL_ASCII/.test(error.message),
  )
  await client.query(`DROP DATABASE ${name}`)
})

test('the states tell what is applied, pending, unknown and edited, and change nothing', async () => {
  const pending = [{ name: FIRST.name, state: 'pending', applied_at: null }]
  assert.deepEqual(await migrationStates(database.url, [FIRST]), pending)
  assert.deepEqual((await client.query(`SELECT to_regclass('schema_migrations') AS found`)).rows, [
    { found: null },
  ])
  await migrate(database.url, [FIRST, SECOND])
  const third = { name: '202601010003_third', sql: 'SELECT 1' }
  const states = await migrationStates(database.url, [{ ...FIRST, sql: 'SELECT 2' }, third])
  assert.deepEqual(
    states.map(({ name, state, applied_at }) => [name, state, applied_at !== null]),
    [
      [FIRST.name, 'edited', true],
      [SECOND.name, 'unknown', true],
      [third.name, 'pending', false],
    ],
  )
})
