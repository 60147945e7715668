import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { serializeError } from './log.ts'

test('of an error its message, code and stack are logged, and not the parameters that the driver adds', () => {
  const error = Object.assign(new TypeError('broke', { cause: new Error('why') }), {
    code: 'X1',
    parameters: ['secret'],
  })
  const { stack, ...rest } = serializeError(error) as Record<string, unknown>
  assert.deepEqual(rest, { type: 'TypeError', message: 'broke', code: 'X1', cause: 'why' })
  assert.equal(stack, error.stack)
})

test('a copy of an error, as the job queue reports it, is logged as what it copies', () => {
  const copy = { ...Object.assign(new Error(), { code: '57P01' }), message: 'ended', stack: 'at', queue: 'q' }
  assert.deepEqual(serializeError(copy), { message: 'ended', code: '57P01', stack: 'at' })
  assert.deepEqual(serializeError('a word'), { message: 'a word' })
  assert.deepEqual(serializeError(undefined), { message: 'undefined' })
})

/** Runs a program that logs by `log`, with stderr there; answers its exit code and what it wrote to stdout and stderr. */
async function run(program: string, stderr: 'pipe' | number = 'pipe') {
  const text = `import { makeLog } from ${JSON.stringify(path.join(import.meta.dirname, 'log.ts'))}
    const log = makeLog('info')
    ${program}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', text], {
    stdio: ['ignore', 'pipe', stderr],
    // One that waits for room in vain would wait for ever.
    timeout: 15_000,
  })
  const said = { out: '', err: '' }
  child.stdout!.setEncoding('utf8').on('data', (some: string) => (said.out += some))
  child.stderr?.setEncoding('utf8').on('data', (some: string) => (said.err += some))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...said }
}

test('a log without room costs its lines, and neither the process nor its end', async () => {
  const full = openSync('/dev/full', 'w')
  const program = (end: string): string => `
    log.info('one')
    setTimeout(() => {
      log.info('two')
      console.log('goes on')
      ${end}
    }, 200)`
  for (const end of ['', 'process.exit()'])
    assert.deepEqual(await run(program(end), full), { code: 0, out: 'goes on\n', err: '' })
  closeSync(full)
})

test('once there is room again lines are written again', async () => {
  const { code, err } = await run(`
    import fs from 'node:fs'
    const { write } = fs
    fs.write = (...given) => given.at(-1)(Object.assign(new Error('no room'), { code: 'ENOSPC' }))
    log.info('lost')
    setTimeout(() => {
      fs.write = write
      log.info('kept')
    }, 100)`)
  assert.equal(code, 0)
  assert.match(err, /"msg":"kept"/)
})

test('what is logged last is written, also where the process is ended', async () => {
  for (const end of ['', 'process.exit()']) {
    const { err } = await run(`for (let n = 0; n < 1000; n++) log.info({ n }, 'x'.repeat(500)); ${end}`)
    assert.equal(err.trimEnd().split('\n').length, 1000)
    assert.match(err, /"n":999,"msg":"x{500}"}\n$/)
  }
})
