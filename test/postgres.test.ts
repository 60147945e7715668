import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { createTemplate, dropTemplate, SERVER_URL, TEMPLATE, testDatabase } from './postgres.ts'

test('databases made at the same time are each a copy of the template, and apart from each other', async (t) => {
  await useTemplate(t, async (url) => {
    await withClient(url, (client) => client.query(`CREATE TABLE seen AS SELECT 1 AS once`))
  })
  const databases = await Promise.all(Array.from({ length: 6 }, () => testDatabase()))
  assert.equal(new Set(databases.map(({ url }) => url)).size, 6)
  for (const { url } of databases) {
    await withClient(url, async (client) => {
      await client.query('INSERT INTO seen VALUES (2)')
      assert.equal((await client.query('SELECT FROM seen')).rowCount, 2)
    })
  }
  await Promise.all(databases.map(({ drop }) => drop()))
})

test('a database can be dropped while somebody is still connected', async () => {
  const { url, drop } = await testDatabase()
  const client = new pg.Client({ connectionString: url })
  const cut = new Promise((resolve) => client.on('error', resolve))
  await client.connect()
  await drop()
  await cut
  await assert.rejects(
    withClient(url, () => Promise.resolve()),
    /does not exist/,
  )
})

test('what test files left behind goes with the template', async (t) => {
  const remove = await useTemplate(t, () => Promise.resolve())
  const { url } = await testDatabase()
  await remove()
  await assert.rejects(
    withClient(url, () => Promise.resolve()),
    /does not exist/,
  )
})

test('a test file that is run by hand says how to run it', async (t) => {
  setFor(t, SERVER_URL, undefined)
  await assert.rejects(testDatabase(), /run it by npm test -- FILE/)
})

interface Scope {
  after(work: () => unknown): void
}

/** Makes the test use a template of its own; answers what removes that. */
async function useTemplate(t: Scope, prepare: (url: string) => Promise<void>): Promise<() => Promise<void>> {
  const server = process.env[SERVER_URL]
  assert.ok(server, 'run it by npm test -- FILE')
  const template = await createTemplate(server, prepare)
  const remove = () => dropTemplate(server, template)
  t.after(remove)
  setFor(t, TEMPLATE, template)
  return remove
}

function setFor(t: Scope, name: string, value: string | undefined): void {
  const before = process.env[name]
  const set = (to: string | undefined) => {
    if (to === undefined) delete process.env[name]
    else process.env[name] = to
  }
  t.after(() => set(before))
  set(value)
}

async function withClient(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  try {
    await client.connect()
    await work(client)
  } finally {
    await client.end()
  }
}
