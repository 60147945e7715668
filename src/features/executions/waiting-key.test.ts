import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { bodyOf } from '../../../test/answers.ts'
import { testServer } from '../../../test/server.ts'

test('a claim that waits ends with 401 when its key is revoked, and takes nothing', async () => {
  const server = await testServer()
  try {
    const user = bodyOf<{ id: string }>(
      await server.post('/users', { name: 'agent-1', roles: ['agent'] }),
      201,
    )
    const { id, key } = bodyOf<{ id: string; key: string }>(
      await server.post('/keys', { name: 'first', user_id: user.id }),
      201,
    )
    const claim = { worker_id: 'w', agent_type: 'coder', wait_seconds: 20 }
    const headers = { 'idempotency-key': 'one call' }
    const waiting = server.post('/tasks/claim', claim, { key, headers })
    await sleep(200)
    await server.patch(`/keys/${id}`, { revoked: true })
    await sleep(1_000)
    const task = bodyOf<{ id: string }>(await server.post('/tasks', { title: 'not for a stranger' }), 201)
    assert.equal((await waiting).status, 401)
    assert.equal((await server.get(`/tasks/${task.id}`)).body.status, 'ready')

    const second = bodyOf<{ key: string }>(
      await server.post('/keys', { name: 'second', user_id: user.id }),
      201,
    )
    const again = await server.post('/tasks/claim', claim, { key: second.key, headers })
    assert.equal(again.body[0]?.task.id, task.id, 'the refusal of the old key is not kept as the answer')
  } finally {
    await server.close()
  }
})
