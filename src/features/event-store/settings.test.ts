import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadSettings, SettingsError } from '../../kernel/settings.ts'
import { eventStoreSettings, senselessSettings, storeOf } from './settings.ts'

const URL_ONLY = { CAIRN_EVENT_STORE_URL: 'https://events.example.com/in?key=k1' }
const load = (environment: Record<string, string>) => loadSettings(eventStoreSettings, environment)

test('the health URL is /health of the same origin unless it is given', () => {
  assert.equal(storeOf(load({})), undefined)
  const store = storeOf(load(URL_ONLY))
  assert.equal(store?.health.href, 'https://events.example.com/health')
  assert.equal(store?.shown, 'https://events.example.com/in')
  assert.equal(store?.fly, undefined)
  const given = { ...URL_ONLY, CAIRN_EVENT_STORE_HEALTH_URL: 'http://127.0.0.1:9/up' }
  assert.equal(storeOf(load(given))?.health.href, 'http://127.0.0.1:9/up')
})

test('Fly wakes the store where both its app and its token are set', () => {
  const fly = { CAIRN_FLY_APP: 'events', CAIRN_FLY_API_TOKEN: 'FlyV1 fm2_x,fm2_y' }
  assert.deepEqual(storeOf(load({ ...URL_ONLY, ...fly }))?.fly, {
    app: 'events',
    token: fly.CAIRN_FLY_API_TOKEN,
    api: new URL('https://api.machines.dev'),
  })
  assert.deepEqual(senselessSettings(load({ ...URL_ONLY, ...fly })), [])
})

test('a wrong value is a fault that says what is wrong, and repeats no secret', () => {
  const wrong: Record<string, [string, RegExp][]> = {
    CAIRN_EVENT_STORE_URL: [
      ['ftp://example.com', /must be an http or https address/],
      ['events', /must be an http or https address/],
      ['https://me:hunter2@example.com', /must not carry a user or a password/],
    ],
    CAIRN_EVENT_STORE_TOKEN: [['hunter2\nx', /must be printable ASCII/]],
    CAIRN_FLY_APP: [['My App', /must be the name of an app/]],
    CAIRN_FLY_API_TOKEN: [['hunter2é', /must be printable ASCII/]],
  }
  for (const [name, cases] of Object.entries(wrong))
    for (const [text, said] of cases)
      assert.throws(
        () => load({ [name]: text }),
        (error) =>
          error instanceof SettingsError && said.test(error.message) && !error.message.includes('hunter2'),
        `${name}=${text}`,
      )
})

test('settings that do nothing, or half of something, are told', () => {
  assert.deepEqual(senselessSettings(load({})), [])
  assert.deepEqual(senselessSettings(load({ CAIRN_FLY_APP: 'events' })), [
    'CAIRN_FLY_APP has no effect without CAIRN_EVENT_STORE_URL.',
  ])
  assert.deepEqual(senselessSettings(load({ ...URL_ONLY, CAIRN_FLY_APP: 'events' })), [
    'CAIRN_FLY_APP is set and CAIRN_FLY_API_TOKEN is not: the event store is not woken when it is down.',
  ])
  assert.deepEqual(senselessSettings(load({ ...URL_ONLY, CAIRN_FLY_API_TOKEN: 'x' })), [
    'CAIRN_FLY_API_TOKEN is set and CAIRN_FLY_APP is not: the event store is not woken when it is down.',
  ])
  assert.deepEqual(senselessSettings(load({ ...URL_ONLY, CAIRN_FLY_API_URL: 'http://127.0.0.1:1' })), [
    'CAIRN_FLY_API_URL has no effect without CAIRN_FLY_APP.',
  ])
})
