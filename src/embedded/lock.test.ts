import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { acquireLock } from './lock.ts'
import { type Other, run, scratch, until } from './testing.ts'

/** Another process that takes the lock when told to, and keeps it. */
const contender = (dir: string): Other =>
  run(
    `import { acquireLock } from 'HERElock.ts'
     process.stdin.once('data', async () => {
       try {
         await acquireLock(${JSON.stringify(dir)})
         globalThis.gc()
         console.log('won')
       } catch (error) {
         console.log('refused ' + error.message)
       }
     })
     console.log('loaded')`,
    { flags: ['--expose-gc'] },
  )

async function contend(other: Other): Promise<string> {
  await other.line('loaded')
  other.child.stdin?.write('go')
  await until(() => other.lines.length > 1)
  return other.lines[1] ?? ''
}

test('of ten processes that lock a directory at the same instant exactly one gets it', async () => {
  const dir = await scratch()
  const others = Array.from({ length: 10 }, () => contender(dir))
  await Promise.all(others.map((other) => other.line('loaded')))
  const answers = await Promise.all(others.map(contend))
  assert.deepEqual(answers.filter((answer) => answer === 'won').length, 1)
  const winner = others[answers.indexOf('won')]
  for (const answer of answers.filter((each) => each !== 'won'))
    assert.equal(
      answer,
      `refused ${dir} is in use by process ${winner?.pid}; stop it or set CAIRN_DATA_DIR to another directory.`,
    )
  await Promise.all(others.map((other) => other.kill()))
})

test('a lock whose holder was killed is free at once, even if another process has its pid now', async () => {
  const dir = await scratch()
  const holder = contender(dir)
  assert.equal(await contend(holder), 'won')
  await holder.kill()
  await writeFile(join(dir, 'cairn.pid'), `${process.pid}\n`)
  await (await acquireLock(dir)).release()
})

test('a process that asks twice is refused, and keeps what it has', async () => {
  const dir = await scratch()
  const lock = await acquireLock(dir)
  await assert.rejects(acquireLock(dir), { message: new RegExp(`is in use by process ${process.pid};`) })
  const other = contender(dir)
  assert.match(await contend(other), /^refused/)
  await other.kill()
  await lock.release()
})

test('a lock that was released can be taken, and nothing but its empty file stays', async () => {
  const dir = await scratch()
  const first = await acquireLock(dir)
  await first.release()
  await first.release()
  const other = contender(dir)
  assert.equal(await contend(other), 'won')
  await assert.rejects(acquireLock(dir))
  await other.kill()
  await (await acquireLock(dir)).release()
  assert.deepEqual(await readdir(dir), ['cairn.lock'])
})
