import pg from 'pg'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Address, urlOf } from './address.ts'
import { DATABASE, SUPERUSER } from './cluster.ts'
import { codeOf, EmbeddedPostgresError } from './error.ts'

/** Runs statements on a connection of its own. */
async function runIn(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    application_name: 'cairn-start',
  })
  // A server that dies between two statements says so here too; unheard, that would end the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end().catch(() => undefined)
  }
}

const NO_SUCH_DATABASE = '3D000'
const WRONG_PASSWORD = '28P01'

/**
 * Waits until the server answers `select 1`: one that has crashed first repeats its log, and says meanwhile that it is
 * starting up. False when `isGone` or the deadline (milliseconds since the epoch) came first.
 *
 * @throws EmbeddedPostgresError when the server does not take our password
 */
export async function waitForAnswer(
  address: Address,
  password: string,
  isGone: () => boolean,
  deadline: number,
): Promise<boolean> {
  const url = urlOf(address, SUPERUSER, password, 'postgres')
  for (let pause = 5; !isGone() && Date.now() < deadline; pause = Math.min(pause * 1.5, 200)) {
    try {
      await runIn(url, 'select 1')
      return true
    } catch (error) {
      if (codeOf(error) === WRONG_PASSWORD)
        throw new EmbeddedPostgresError(
          'The embedded database does not take the password in postgres.password; restore that file from where the data directory came from.',
        )
    }
    await sleep(pause)
  }
  return false
}

/** Makes the database that Cairn lives in, if it is not there. */
export async function ensureDatabase(address: Address, password: string): Promise<void> {
  try {
    await runIn(urlOf(address, SUPERUSER, password, DATABASE), 'select 1')
  } catch (error) {
    if (codeOf(error) !== NO_SUCH_DATABASE) throw error
    const create = `create database ${DATABASE} template template0 encoding 'UTF8'`
    await runIn(urlOf(address, SUPERUSER, password, 'postgres'), create)
  }
}
