import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, test } from 'node:test'
import { Failed, failingOf, sendUntilAnswered, wasNeverSent, type Failing, type Sending } from './sending.ts'

const CALLS = {
  get: { method: 'GET' },
  post: { method: 'POST' },
  secret: { method: 'POST', secret: true },
  put: { method: 'PUT' },
  patch: { method: 'PATCH' },
  'patch of any version': { method: 'PATCH', ifMatch: '*' },
  'patch of a version': { method: 'PATCH', ifMatch: '"1"' },
  delete: { method: 'DELETE' },
} satisfies Record<string, Sending>

/** What is sent, what its attempts come to one after the other, how many are made, and what that means. */
const RULES: readonly [
  call: keyof typeof CALLS,
  attempts: (Failing | 'gone' | 'answer')[],
  made: number,
  means: 'answered' | 'deleted' | 'none' | 'may_be_done' | 'by_itself',
  attended?: 'attended',
][] = [
  // A lost answer: again, where twice is no more than once.
  ['get', ['lost', 'answer'], 2, 'answered'],
  ['post', ['lost', 'answer'], 2, 'answered'],
  ['put', ['lost', 'answer'], 2, 'answered'],
  ['delete', ['lost', 'answer'], 2, 'answered'],
  ['patch of a version', ['lost', 'answer'], 2, 'answered'],
  ['patch', ['lost', 'answer'], 1, 'may_be_done'],
  ['patch of any version', ['lost', 'answer'], 1, 'may_be_done'],
  ['secret', ['lost', 'answer'], 1, 'may_be_done'],
  // One that was not sent, or refused for now, did nothing.
  ['patch', ['unreached', 'answer'], 2, 'answered'],
  ['secret', ['for_now', 'answer'], 2, 'answered'],
  ['post', ['for_now', 'unreached', 'final'], 3, 'none'],
  // What a refusal means after a lost answer.
  ['get', ['lost', 'final'], 2, 'none'],
  ['post', ['lost', 'final'], 2, 'none'],
  ['patch of a version', ['lost', 'for_now', 'final'], 3, 'by_itself'],
  ['put', ['lost', 'final'], 2, 'by_itself'],
  ['delete', ['lost', 'final'], 2, 'by_itself'],
  ['delete', ['lost', 'gone'], 2, 'deleted'],
  ['delete', ['lost', 'unreached', 'gone'], 3, 'deleted'],
  ['delete', ['gone'], 1, 'none'],
  ['delete', ['for_now', 'gone'], 2, 'none'],
  ['put', ['lost', 'gone'], 2, 'by_itself'],
  // Something else listens there: for good, or while the server starts.
  ['get', ['foreign', 'answer'], 1, 'none'],
  ['delete', ['lost', 'foreign', 'gone'], 3, 'deleted'],
  // Somebody waits.
  ['get', ['unreached', 'answer'], 1, 'none', 'attended'],
  ['post', ['lost', 'unreached', 'answer'], 3, 'answered', 'attended'],
  ['get', ['silent', 'answer'], 1, 'none', 'attended'],
  ['post', ['silent', 'answer'], 1, 'may_be_done', 'attended'],
  ['post', ['silent', 'answer'], 2, 'answered'],
  ['patch', ['silent', 'answer'], 1, 'may_be_done'],
]

describe('what is sent again, and what its end means', () => {
  for (const [call, attempts, made, means, attended] of RULES)
    test(`${call}: ${attempts.join(', ')}${attended ? ', while somebody waits' : ''}`, async () => {
      let tries = 0
      const told: boolean[] = []
      const attempt = async (anyLost: boolean): Promise<string | Failed<string>> => {
        told.push(anyLost)
        const each = attempts[tries++]!
        if (each === 'answer') return 'answer'
        return each === 'gone' ? new Failed('final', each, { status: 404 }) : new Failed(each, each)
      }
      const sent = await sendUntilAnswered(attempt, CALLS[call], { seconds: 20, attended: Boolean(attended) })
      assert.equal(tries, made)
      assert.equal('answer' in sent ? (sent.answer ? 'answered' : 'deleted') : sent.doubt, means)
      assert.equal(told[0], false)
      assert.equal(told.at(-1), /lost|silent/.test(attempts.slice(0, made - 1).join()))
    })

  test('it is given up when its time is over, and not earlier than the server asks', async () => {
    let tries = 0
    const busy = async (): Promise<Failed<string>> => new Failed(tries++ ? 'for_now' : 'lost', `try ${tries}`)
    const end = await sendUntilAnswered(busy, CALLS.post, { seconds: 1 })
    assert.ok(tries > 1)
    assert.deepEqual(end, { reason: `try ${tries}`, lost: 'try 1', doubt: 'may_be_done' })
    tries = 0
    const asks = async (): Promise<Failed<string>> =>
      new Failed('for_now', `try ${++tries}`, { retryAfter: 60 })
    const once = await sendUntilAnswered(asks, CALLS.post, { seconds: 20 })
    assert.deepEqual([tries, 'doubt' in once && once.doubt], [1, 'none'])
  })

  test('where somebody waits its time begins with the first failure', async () => {
    for (const attended of [true, false]) {
      let tries = 0
      const slow = async (): Promise<Failed<string> | string> => {
        if (tries++) return 'answer'
        await new Promise((later) => setTimeout(later, 600))
        return new Failed('lost', 'late')
      }
      await sendUntilAnswered(slow, CALLS.get, { seconds: 0.5, attended })
      assert.equal(tries, attended ? 2 : 1)
    }
  })

  test('its signal ends it while it waits, with its reason', async () => {
    const stop = new AbortController()
    const reason = new Error('enough')
    const attempt = async (): Promise<Failed<string>> => {
      setTimeout(() => stop.abort(reason), 10)
      return new Failed('for_now', 'busy', { retryAfter: 10 })
    }
    await assert.rejects(
      sendUntilAnswered(attempt, { method: 'GET', signal: stop.signal }, { seconds: 60 }),
      reason,
    )
  })
})

test('what an answer means goes by its status, and by the code of a server of ours', () => {
  const MEANINGS: [status: number, code: string | undefined, means: Failing][] = [
    [502, undefined, 'lost'],
    [504, 'timeout', 'lost'],
    [503, 'outcome_unknown', 'lost'],
    [503, 'draining', 'for_now'],
    [503, undefined, 'for_now'],
    [429, 'rate_limited', 'for_now'],
    [409, 'idempotency_in_flight', 'for_now'],
    [409, 'version_mismatch', 'final'],
    [404, 'task_not_found', 'final'],
    [500, 'internal', 'final'],
    [404, undefined, 'foreign'],
    [200, undefined, 'foreign'],
  ]
  for (const [status, code, means] of MEANINGS)
    assert.equal(failingOf({ status, code }), means, `${status} ${code}`)
})

test('a connection that was never made is told from one that broke', async () => {
  const failureAt = (url: string): Promise<unknown> => fetch(url).catch((error: unknown) => error)
  const breaking = createServer((socket) => socket.once('data', () => socket.resetAndDestroy())).listen(
    0,
    '127.0.0.1',
  )
  await once(breaking, 'listening')
  const { port } = breaking.address() as { port: number }
  assert.equal(wasNeverSent(await failureAt(`http://127.0.0.1:${port}`)), false)
  // What answers is no TLS.
  const plain = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(
    0,
    '127.0.0.1',
  )
  await once(plain, 'listening')
  assert.equal(
    wasNeverSent(await failureAt(`https://127.0.0.1:${(plain.address() as { port: number }).port}`)),
    true,
  )
  breaking.close()
  plain.close()
  await once(breaking, 'close')
  for (const url of [`http://127.0.0.1:${port}`, 'http://no-such-host.invalid', 'http://127.0.0.1:1'])
    assert.equal(wasNeverSent(await failureAt(url)), true, url)
})
