import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { getIntrospectionQuery } from 'graphql'
import { dataOf, postQuery, statementsOf } from '../../../test/graph-client.ts'
import { testServer, type TestServer } from '../../../test/server.ts'
import { createTasks } from '../../../test/tasks.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

const times = (count: number, text: (nth: number) => string): string =>
  Array.from({ length: count }, (_, nth) => text(nth)).join(' ')

const nested = (depth: number): string =>
  `{ tasks { nodes { ${'dependencies { prerequisite { '.repeat(depth)} id ${'} }'.repeat(depth)} } } }`

/** Fragments that double at each step: a few hundred words that stand for a thousand million fields. */
const doubling = `{ ...f0 } ${times(30, (nth) => `fragment f${nth} on Query { ...f${nth + 1} ...f${nth + 1} }`)} fragment f30 on Query { whoami { tenant { name } } }`

const HOSTILE: Readonly<Record<string, readonly [query: string, code: string]>> = {
  'recursion through relations': [nested(40), 'query_too_deep'],
  'ten thousand aliases': [`{ ${times(10_000, (nth) => `a${nth}: __typename`)} }`, 'query_too_large'],
  'a few hundred aliases': [`{ ${times(300, (nth) => `a${nth}: __typename`)} }`, 'too_many_aliases'],
  'more roots than may be': [
    `{ ${times(30, (nth) => `a${nth}: whoami { permissions }`)} }`,
    'query_too_large',
  ],
  'roots in a fragment': [
    `{ ...f } fragment f on Query { ${times(30, (nth) => `a${nth}: whoami { permissions }`)} }`,
    'query_too_large',
  ],
  'the same field again and again': [`{ tasks { nodes { ${times(900, () => 'id')} } } }`, 'query_too_large'],
  'a circle of fragments': [
    '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }',
    'fragment_cycle',
  ],
  'a fragment in itself': ['{ ...a } fragment a on Query { ...a whoami { permissions } }', 'fragment_cycle'],
  'fragments that double': [doubling, 'query_too_large'],
  'a circle that nothing spreads': ['{ __typename } fragment a on Query { ...a }', 'fragment_cycle'],
  'lists within lists': [
    '{ tasks(limit: 1000) { nodes { dependents(limit: 100) { dependent { dependents(limit: 100) { id } } } } } }',
    'query_too_broad',
  ],
  'many walks through the graph': [
    '{ tasks(limit: 1000) { nodes { blocking_impact { blocking_count } } } }',
    'query_too_broad',
  ],
  'a text of a megabyte': [`{ __typename } #${'x'.repeat(500_000)}`, 'query_too_large'],
  'brackets without end': ['{'.repeat(30_000), 'invalid_query'],
  'a literal that nests without end': [
    `mutation { create_task(title: "x", metadata: ${'['.repeat(900)}${']'.repeat(900)}) { id } }`,
    'malformed_json',
  ],
  'introspection in circles': [
    '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }',
    'invalid_query',
  ],
  'a page of introspections': [
    `{ ${times(20, (nth) => `a${nth}: __schema { types { fields { args { type { name } } } } }`)} }`,
    'query_too_large',
  ],
  'no operation': ['fragment a on Query { __typename }', 'invalid_query'],
  'directives by the hundred': [`{ __typename ${times(600, () => '@skip(if: false)')} }`, 'query_too_large'],
}

for (const [what, [query, code]] of Object.entries(HOSTILE))
  test(`${what}: refused before anything is read, and the server lives`, async () => {
    const sent = await statementsOf(server, async () => {
      const answer = await postQuery(server, query)
      assert.ok([200, 400].includes(answer.status), String(answer.status))
      const [error] = answer.body.errors
      assert.equal(error.extensions.code, code, JSON.stringify(answer.body).slice(0, 600))
      assert.ok(error.message.length < 400)
    })
    assert.deepEqual(sent, [])
    assert.ok(await dataOf(server, '{ whoami { tenant { name } } }'))
  })

test('a limit that comes as a variable is reckoned with', async () => {
  const query = 'query ($n: Int) { tasks(limit: $n) { nodes { executions(limit: $n) { id } } } }'
  assert.ok(await dataOf(server, query, { n: 50 }))
  const answer = await postQuery(server, query, { n: 100 })
  assert.equal(answer.body.errors[0].extensions.code, 'query_too_broad')
})

test('an array of queries is refused, with what to do instead', async () => {
  const answer = await server.post('/graphql', [{ query: '{ __typename }' }, { query: '{ __typename }' }])
  assert.deepEqual([answer.status, answer.body.errors[0].extensions.code], [400, 'batch_not_supported'])
})

test('an answer that turns out too large is refused', async () => {
  for (let batch = 0; batch < 5; batch++)
    await createTasks(
      server,
      Array.from({ length: 100 }, () => ({ tags: ['big'] })),
    )
  // A task and its list of tags are two things.
  const query = `{ ${times(20, (nth) => `a${nth}: tasks(tag: ["big"], limit: 500) { nodes { id } }`)} }`
  const answer = await postQuery(server, query)
  assert.ok(
    answer.body.errors.some(
      (each: { extensions: { code: string } }) => each.extensions.code === 'answer_too_large',
    ),
    JSON.stringify(answer.body.errors).slice(0, 300),
  )
})

test('the introspection that tools send is answered whole', async () => {
  const data = await dataOf(
    server,
    getIntrospectionQuery({ descriptions: true, specifiedByUrl: true, inputValueDeprecation: true }),
  )
  assert.ok(data.__schema.types.length > 50)
})
