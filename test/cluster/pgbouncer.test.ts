import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { install } from '../../bench/installation.ts'
import { eventually } from '../eventually.ts'
import { testReceiver } from '../receiver.ts'
import { startPgbouncer, withoutPgbouncer } from './pgbouncer.ts'

interface Caller {
  readonly url: string
  call<T>(method: string, path: string, body?: unknown): Promise<T>
}

const callerOf = (url: string, key: string): Caller => ({
  url,
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await answer.text()
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`)
    return JSON.parse(text) as T
  },
})

async function behindPgbouncer(t: TestContext, ignored: readonly string[] = []) {
  const installation = await install()
  t.after(() => installation.close())
  const pooler = await startPgbouncer(installation.databaseUrl, ignored)
  t.after(() => pooler.stop())
  const serve = (environment: Readonly<Record<string, string>>) =>
    installation.serve({ DATABASE_URL: pooler.url, CAIRN_LOG_LEVEL: 'info', ...environment })
  return { installation, serve }
}

interface Claimed {
  task: { id: string }
  execution: { id: string }
  lease: { token: number }
}

/** Claims, beats and completes, until nothing is left; answers what was done. */
async function work(caller: Caller, worker_id: string): Promise<string[]> {
  const done: string[] = []
  for (;;) {
    const claims = await caller.call<Claimed[]>('POST', '/tasks/claim', { worker_id, agent_type: 'coder' })
    if (claims.length === 0) return done
    for (const { task, execution, lease } of claims) {
      const proof = { lease_token: lease.token }
      await caller.call('POST', `/executions/${execution.id}/heartbeat`, proof)
      await caller.call('POST', `/executions/${execution.id}/complete`, { ...proof, success: true })
      done.push(task.id)
    }
  }
}

test(
  'two servers work through pgbouncer in transaction mode, one that may listen past it and one that may not',
  { skip: withoutPgbouncer },
  async (t) => {
    const { installation, serve } = await behindPgbouncer(t)
    const only = { DATABASE_POOLER: 'transaction' }
    // The first migrates an empty database, through the pooler.
    const servers = [
      await serve(only),
      await serve({ ...only, DATABASE_DIRECT_URL: installation.databaseUrl }),
    ]
    const callers = servers.map(({ url }) => callerOf(url, installation.key))
    const [first, second] = callers as [Caller, Caller]
    const receiver = await testReceiver()
    t.after(() => receiver.close())
    await first.call('POST', '/webhooks', { url: receiver.url, event_types: ['task.completed'] })
    const plan = Array.from({ length: 40 }, (_, nth) => ({
      ref: `t${nth}`,
      title: `task ${nth}`,
      depends_on: nth < 20 ? [] : [`t${nth - 20}`],
    }))
    await Promise.all([1, 2, 3].map(() => second.call('POST', '/tasks/batch', plan)))
    const done = await Promise.all(Array.from({ length: 12 }, (_, nth) => work(callers[nth % 2]!, `w${nth}`)))
    for (let left = 120 - done.flat().length; left > 0;) {
      const more = await work(first, 'last')
      done.push(more)
      left -= more.length
    }
    assert.equal(new Set(done.flat()).size, 120)
    assert.equal(done.flat().length, 120)
    const seen = new Set<string>()
    await eventually('the webhook is told of each', () => {
      for (const { event } of receiver.received)
        seen.add((event.data['task'] as unknown as { id: string }).id)
      return seen.size === 120
    })
    const { consistent } = await first.call<{ consistent: boolean }>('GET', '/verify')
    assert.equal(consistent, true)
    for (const { running } of servers) {
      running.child.kill('SIGTERM')
      const { code, stderr } = await running.ended()
      assert.equal(code, 0, stderr)
      const lines = stderr
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { level: number; msg: string })
      const loud = lines.filter(({ level }) => level >= 40).map(({ msg }) => msg)
      // Nobody has given the test's role its time limits, and it is said.
      assert.deepEqual([...new Set(loud.map((msg) => msg.slice(0, 31)))], ['no time limits through the pool'])
    }
  },
)

test(
  'without its setting a server does not work through pgbouncer: its statements have names',
  { skip: withoutPgbouncer },
  async (t) => {
    const { installation, serve } = await behindPgbouncer(t, [
      ...['options', 'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'],
    ])
    const create = async (): Promise<unknown> => {
      const { url } = await serve({ DATABASE_DIRECT_URL: installation.databaseUrl })
      const caller = callerOf(url, installation.key)
      return Promise.all(Array.from({ length: 50 }, () => caller.call('POST', '/tasks', { title: 'pooled' })))
    }
    await assert.rejects(create)
  },
)
