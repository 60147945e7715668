import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { dataOf, openGraph } from '../../../test/graph-client.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { LIMITS } from './limits.ts'

const DOCUMENT = path.join(import.meta.dirname, '..', '..', '..', 'docs', 'graphql.md')

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

test('the examples of docs/graphql.md do what they say, in their order', async () => {
  const text = await readFile(DOCUMENT, 'utf8')
  const examples = [...text.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, query]) => query!)
  assert.ok(examples.length >= 7)
  for (const query of examples.filter((each) => !each.startsWith('subscription'))) {
    const data = (await dataOf(server, query)) as Record<string, unknown>
    for (const [field, value] of Object.entries(data)) assert.ok(value !== null, field)
  }
  const socket = await openGraph(server)
  socket.say({
    type: 'subscribe',
    id: '1',
    payload: { query: examples.find((each) => each.startsWith('subscription')) },
  })
  const { payload } = await socket.nextOf('next')
  assert.equal(payload.errors, undefined)
  assert.match(payload.data.events.type, /^task\./)
  await socket.close()
})

test('the limits of docs/graphql.md are those of the program', async () => {
  const text = await readFile(DOCUMENT, 'utf8')
  const numbers = new Set(text.match(/\d[\d,]*/g))
  const { queryCharacters, tokens, depth, aliases, fields, rootFields, things, readThings } = LIMITS
  for (const each of [queryCharacters, tokens, depth, aliases, fields, rootFields, things, readThings])
    assert.ok(numbers.has(each.toLocaleString('en')), String(each))
})
