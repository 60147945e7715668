import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../../../test/eventually.ts'
import { testDatabase } from '../../../test/postgres.ts'
import { Workplace } from '../cli/testing.ts'

const MIB = 1024 * 1024
const LIMIT = 400 * MIB

/**
 * What runs in the server before it: it has so much memory, and takes more by a signal: at the first as garbage, at the second to
 * keep it, and at the third it lets that go.
 */
const program = `
  process.constrainedMemory = () => ${LIMIT}
  let signals = 0, kept
  process.on('SIGUSR2', () => {
    signals++
    if (signals === 1) Array.from({ length: 3e6 }, (_, n) => ({ n, text: 'x' + n }))
    kept = signals === 2 ? Array.from({ length: 300 }, () => Buffer.alloc(${MIB}, 1)) : undefined
  })`

test('a server goes on after a peak that left it large, and refuses calls while its memory is in use', async (t) => {
  const place = new Workplace()
  const database = await testDatabase()
  t.after(async () => {
    await place.close()
    await database.drop()
  })
  const { url, key, running } = await place.serve(database.url, program)
  const ask = (path: string): Promise<Response> =>
    fetch(url + path, { headers: { authorization: `Bearer ${key}` } })
  const status = async (): Promise<number> => {
    const answer = await ask('/tasks')
    await answer.text()
    return answer.status
  }
  const metric = async (name: RegExp): Promise<number> =>
    Number(name.exec(await (await ask('/metrics')).text())?.[1] ?? 0)
  assert.equal(await status(), 200)

  running.child.kill('SIGUSR2')
  await eventually(
    'it is large',
    async () => (await metric(/^process_resident_memory_bytes (\d+)/m)) > LIMIT * 0.85,
  )
  await eventually('it lets calls in', async () => (await status()) === 200)

  running.child.kill('SIGUSR2')
  const shed = /^cairn_calls_shed_total\{why="memory"\} (\d+)/m
  await eventually('it refuses calls', async () => (await status()) === 503 && (await metric(shed)) > 0)
  assert.equal((await ask('/health')).status, 200)

  running.child.kill('SIGUSR2')
  await eventually('it lets calls in again', async () => (await status()) === 200)
})
