import assert from 'node:assert/strict'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { disarmPostmasterFile, removeEmptyPostmasterFile } from './postmaster-file.ts'
import { run, scratch, start } from './testing.ts'

/** What a server with this pid leaves in its file. */
const left = (dir: string, pid: number | string): string =>
  `${pid}\n${dir}\n1790000000\n5432\n${dir}\n\n  123 456\nready   \n`

test("a dead server's file is made to name this process, and says the rest as before, however long its pid was", async () => {
  const dir = await scratch()
  const file = join(dir, 'postmaster.pid')
  for (const pid of [7, 4_194_303_999]) {
    await writeFile(file, left(dir, pid))
    await disarmPostmasterFile(dir)
    assert.equal(await readFile(file, 'utf8'), left(dir, process.pid))
  }
})

test("kill -9 while a dead server's file is made harmless never leaves it empty", async () => {
  const dir = await scratch()
  const file = join(dir, 'postmaster.pid')
  for (let round = 0; round < 25; round++) {
    await writeFile(file, left(dir, 999_999))
    const other = run(
      `import { disarmPostmasterFile } from 'HEREpostmaster-file.ts'
       console.log('go')
       for (;;) await disarmPostmasterFile(${JSON.stringify(dir)})`,
    )
    await other.line('go')
    await sleep(5 + Math.random() * 10)
    await other.kill()
    assert.notEqual(await readFile(file, 'utf8'), '', `round ${round}`)
  }
})

test('an empty file does not keep the next server from starting', async () => {
  const dataDir = await scratch()
  await (await start(dataDir)).stop()
  await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), '')
  await (await start(dataDir)).stop()
})

test('a file that is written a moment after it was made stays', async () => {
  const dir = await scratch()
  const file = join(dir, 'postmaster.pid')
  assert.equal(await removeEmptyPostmasterFile(dir), true)
  await writeFile(file, '')
  const removing = removeEmptyPostmasterFile(dir)
  await sleep(100)
  await writeFile(file, left(dir, 1))
  assert.equal(await removing, false)
  assert.ok((await stat(file)).size > 0)
})
