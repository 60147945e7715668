import pg from 'pg'

/** The environment's names for what `npm test` hands to each test file. */
export const SERVER_URL = 'CAIRN_TEST_DATABASE_URL'
export const TEMPLATE = 'CAIRN_TEST_TEMPLATE'

let made = 0

/**
 * Makes a database of its own for a test file, a copy of the run's migrated template, and answers its URL and what
 * removes it, whoever is still connected. Throws where no test run has prepared a server.
 */
export async function testDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = process.env[SERVER_URL]
  const template = process.env[TEMPLATE]
  if (!server || !template) {
    throw new Error('This test needs the database server of a test run: run it by npm test -- FILE')
  }
  made += 1
  const name = `${template}_${process.pid}_${made}`
  await onServer(server, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`))
  return {
    url: databaseUrl(server, name),
    drop: () => onServer(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  }
}

/**
 * Makes the template of a run on the server at `server`: an empty database, filled by `prepare`, which is given its
 * URL and must have closed its connections when it is done. Answers the template's name.
 */
export async function createTemplate(
  server: string,
  prepare: (url: string) => Promise<void>,
): Promise<string> {
  const name = `cairn_test_${process.pid.toString(36)}_${Date.now().toString(36)}`
  await onServer(server, (client) =>
    client.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`),
  )
  await prepare(databaseUrl(server, name))
  // A database that somebody is connected to cannot be copied; of one that nobody can use, many copies are made at once.
  await onServer(server, (client) => client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`))
  return name
}

/** Drops the template and every database that test files made from it and left behind. */
export async function dropTemplate(server: string, template: string): Promise<void> {
  await onServer(server, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      `SELECT datname FROM pg_database WHERE starts_with(datname, $1)`,
      [template],
    )
    for (const { datname } of rows) await client.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`)
  })
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

async function onServer(server: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
