import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { testServer, type TestServer } from '../../../test/server.ts'
import { dispatch } from '../../kernel/dispatch.ts'
import { Problem } from '../../kernel/problem.ts'
import { keysCommand } from './commands.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

/** Runs `cairn keys …` as its operator; what it prints, line by line. */
async function keys(
  subcommand: string,
  args: string[] = [],
  options: Record<string, unknown> = {},
  json = false,
): Promise<string[]> {
  const command = keysCommand.subcommands?.find((each) => each.name === subcommand)
  const lines: string[] = []
  const code = await command?.run?.({
    arguments: args,
    options,
    json,
    terminal: false,
    settings: server.app.settings,
    signal: new AbortController().signal,
    server: async () => ({ url: server.url, key: server.key }),
    print: (text) => void lines.push(text),
    note: () => undefined,
    call: async (name, input) => {
      const request = {
        requestId: 'test',
        ifMatch: undefined,
        idempotencyKey: undefined,
        signal: undefined,
        authenticateAgain: undefined,
        progress: undefined,
      }
      const caller = await server.app.authenticate(`Bearer ${server.key}`)
      return (await dispatch(server.app, server.app.operations.get(name)!, caller, input, request)).body
    },
  })
  assert.equal(code, 0)
  return lines
}

test('keys create makes a user with the role and prints a key that works', async () => {
  const [key] = await keys('create', ['bifrost'], { role: 'viewer' })
  const { body } = await server.get('/whoami', { key: key! })
  assert.equal(body.actor.name, 'bifrost')
  assert.deepEqual(body.roles, ['viewer'])
})

test('keys create makes a further key of a user that is named', async () => {
  const user = await server.post('/users', { name: 'known' })
  const options = { user: user.body.id, expires: '2099-01-01T00:00:00Z' }
  const [line] = await keys('create', ['second'], options, true)
  const made = JSON.parse(line!)
  assert.equal(made.user_id, user.body.id)
  assert.equal(made.expires_at, '2099-01-01T00:00:00.000000Z')
  assert.equal((await server.get('/whoami', { key: made.key })).status, 200)
})

test('where the key cannot be made, no user stays', async () => {
  await assert.rejects(keys('create', ['ghost'], { expires: 'tomorrow' }), Problem)
  const { body } = await server.get('/users?limit=1000')
  assert.ok(!body.some((user: { name: string }) => user.name === 'ghost'))
})

test('keys list shows each key, and keys revoke ends one', async () => {
  const made = JSON.parse((await keys('create', ['brief'], { role: 'agent' }, true))[0]!)
  const shown = async (): Promise<string | undefined> =>
    (await keys('list')).find((line) => line.includes(made.id))
  assert.match((await shown()) ?? '', new RegExp(`${made.prefix} +good +never +brief`))
  assert.deepEqual(await keys('revoke', [made.id]), [`${made.prefix} (brief) is revoked.`])
  assert.match((await shown()) ?? '', /revoked \d{4}-/)
  const listed = JSON.parse((await keys('list', [], {}, true))[0]!)
  assert.ok(listed.every((key: object) => !('key' in key) && !('hash' in key)))
})
