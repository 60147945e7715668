import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  listOf,
  loadSettings,
  oneOf,
  optionalSetting,
  redactUrl,
  setting,
  SettingsError,
  trueOrFalse,
  wholeNumber,
} from './settings.ts'

const port = setting({ name: 'PORT', description: 'p', fallback: '3000', parse: wholeNumber(0, 65_535) })
const loud = setting({ name: 'CAIRN_LOUD', description: 'l', fallback: 'false', parse: trueOrFalse })
const level = setting({
  name: 'CAIRN_LOG_LEVEL',
  description: 'l',
  fallback: 'info',
  parse: oneOf(['info', 'warn']),
})
const url = optionalSetting({ name: 'DATABASE_URL', description: 'd', parse: (text) => text })
const secret = optionalSetting({
  name: 'CAIRN_API_KEY',
  description: 's',
  secret: true,
  parse: (text) => text,
})
const waits = setting({
  name: 'CAIRN_WAITS',
  description: 'w',
  fallback: '1,2',
  parse: listOf(wholeNumber(1, 9)),
})
const ALL = [port, loud, level, url, secret, waits]

const faultsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    loadSettings(ALL, environment)
    return []
  } catch (error) {
    assert.ok(error instanceof SettingsError)
    return error.faults
  }
}

test('the environment goes before .env, and .env before the default; an empty text is none', () => {
  const settings = loadSettings(
    ALL,
    { PORT: '1', CAIRN_LOG_LEVEL: ' ' },
    { PORT: '2', CAIRN_LOUD: 'true', CAIRN_LOG_LEVEL: 'warn' },
  )
  assert.equal(settings.get(port), 1)
  assert.equal(settings.get(loud), true)
  assert.equal(settings.get(level), 'warn')
  assert.equal(settings.get(url), undefined)
  assert.deepEqual(settings.get(waits), [1, 2])
  const sources = settings.list().map(({ name, source }) => [name, source])
  assert.deepEqual(sources.slice(0, 3), [
    ['PORT', 'environment'],
    ['CAIRN_LOUD', '.env'],
    ['CAIRN_LOG_LEVEL', '.env'],
  ])
})

test('every wrong setting is told at once, each in a sentence with its name', () => {
  const faults = faultsOf({ PORT: '65536', CAIRN_LOUD: 'yes', CAIRN_LOG_LEVEL: 'loud', CAIRN_WAITS: '1,x' })
  assert.deepEqual(faults, [
    'PORT must be a whole number from 0 to 65535 (from the environment).',
    'CAIRN_LOUD must be true or false (from the environment).',
    'CAIRN_LOG_LEVEL must be one of info, warn (from the environment).',
    'CAIRN_WAITS must be a whole number from 1 to 9 (from the environment).',
  ])
  for (const bad of ['1.5', '-1', '1e3', '0x1', ''.padEnd(30, '9')])
    assert.equal(faultsOf({ PORT: bad }).length, 1, bad)
})

test('an unknown CAIRN_ name is a fault, and the nearest one is offered', () => {
  const [fault] = faultsOf({ CAIRN_LOGLEVEL: 'info' })
  assert.match(fault!, /CAIRN_LOGLEVEL is no setting.*did you mean CAIRN_LOG_LEVEL\?/)
  assert.match(faultsOf({ CAIRN_SOMETHING_ELSE_ENTIRELY: '1' })[0]!, /is no setting/)
  assert.deepEqual(faultsOf({ CAIRN_TEST_DATABASE_URL: 'x', OTHER: 'y' }), [])
})

test('the list shows no secret and no password', () => {
  const settings = loadSettings(ALL, {
    CAIRN_API_KEY: 'very secret',
    DATABASE_URL: 'postgresql://me:pass%40word@host:5432/db',
  })
  const shown = JSON.stringify(settings.list())
  assert.doesNotMatch(shown, /very secret|pass%40word/)
  assert.match(shown, /\(secret\)/)
  assert.match(shown, /postgresql:\/\/me:\*\*\*@host:5432\/db/)
})

test('a URL loses its password, with or without a user', () => {
  assert.equal(redactUrl('postgres://u:p@h/d'), 'postgres://u:***@h/d')
  assert.equal(redactUrl('postgres://:p@h/d'), 'postgres://:***@h/d')
  assert.equal(redactUrl('postgres://u@h/d'), 'postgres://u@h/d')
})
