import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { test } from 'node:test'
import { eventually } from '../../../test/eventually.ts'
import { testDatabase } from '../../../test/postgres.ts'
import { Workplace } from '../cli/testing.ts'

/** What runs in the server before it: at a signal it opens all files that it may, and at the next it closes them again. */
const program = `
  import fs from 'node:fs'
  let open
  process.on('SIGUSR2', () => {
    if (open) return open.splice(0).forEach((file) => fs.closeSync(file))
    open = []
    try {
      for (;;) open.push(fs.openSync('/dev/null'))
    } catch {
      process.stdout.write('exhausted\\n')
    }
  })`

test('a server that may open no more files goes on with what it has, and then as before', async (t) => {
  const place = new Workplace()
  const database = await testDatabase()
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  t.after(async () => {
    agent.destroy()
    await place.close()
    await database.drop()
  })
  const { url, key, running } = await place.serve(database.url, program)
  const status = (path: string): Promise<number> =>
    new Promise((resolve, reject) => {
      request(url + path, { agent, headers: { authorization: `Bearer ${key}` } }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode!))
      })
        .on('error', reject)
        .end()
    })
  const together = (path: string): Promise<number[]> =>
    Promise.all(Array.from({ length: 8 }, () => status(path)))
  // Their connections are open, those to the database not yet.
  assert.deepEqual(new Set(await together('/openapi.json')), new Set([200]))

  running.child.kill('SIGUSR2')
  await running.said(/exhausted/)
  let refused = 0
  await eventually('calls are told to come back', async () => {
    const statuses = await together('/tasks')
    assert.deepEqual(
      statuses.filter((each) => each !== 200 && each !== 503),
      [],
    )
    refused += statuses.filter((each) => each === 503).length
    return refused > 0
  })
  assert.equal(await status('/metrics'), 200)
  // What looks around ten times a second has looked.
  await new Promise((resolve) => setTimeout(resolve, 500))

  running.child.kill('SIGUSR2')
  await eventually('all is well', async () => (await together('/tasks')).every((each) => each === 200))
})
