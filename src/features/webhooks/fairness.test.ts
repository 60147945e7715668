import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyOf } from '../../../test/answers.ts'
import { eventually } from '../../../test/eventually.ts'
import { keyOfNewTenant } from '../../../test/people.ts'
import { testReceiver } from '../../../test/receiver.ts'
import { testServer } from '../../../test/server.ts'
import { createTasks } from '../../../test/tasks.ts'

const WEBHOOKS = 40
const EVENTS = 20

test('a tenant whose many receivers never answer keeps no other tenant’s deliveries waiting', async (t) => {
  const server = await testServer()
  const [silent, quick] = [await testReceiver(), await testReceiver()]
  t.after(async () => {
    silent.hangUp()
    silent.close()
    quick.close()
    await server.close()
  })
  silent.answer('hang')
  for (let n = 0; n < WEBHOOKS; n++)
    bodyOf(await server.post('/webhooks', { url: silent.url, event_types: ['task.*'] }), 201)
  const key = await keyOfNewTenant(server)
  bodyOf(await server.post('/webhooks', { url: quick.url, event_types: ['task.*'] }, { key }), 201)

  await createTasks(
    server,
    Array.from({ length: EVENTS }, () => ({})),
  )
  // What one tenant may have under way; many times as much waits behind it.
  await eventually('its receivers are asked', () => silent.received.length >= 64)
  bodyOf(await server.post('/tasks', { title: 'of the other' }, { key }), 201)
  await quick.got(1)
  assert.ok(silent.received.length < WEBHOOKS * EVENTS)
})
