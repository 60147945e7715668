import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { serverAudits } from 'graphql-http'
import { testServer, type TestServer } from '../../../test/server.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

/** What graphql-http says a server SHOULD or MAY do, and this one does not, each with its reason. None. */
const NOT_DONE: Readonly<Record<string, string>> = {}

test('the audits of graphql-http pass against the running server', async (t) => {
  const audits = serverAudits({
    url: `${server.url}/graphql`,
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, {
        ...init,
        headers: { ...(init.headers as object), authorization: `Bearer ${server.key}` },
      }),
  })
  assert.ok(audits.length > 50)
  assert.ok(audits.some(({ name }) => name.startsWith('MUST')))
  for (const audit of audits)
    await t.test(`${audit.id} ${audit.name}`, async () => {
      const result = await audit.fn()
      if (audit.id in NOT_DONE) assert.ok(!audit.name.startsWith('MUST'))
      else assert.equal(result.status, 'ok', 'reason' in result ? result.reason : '')
    })
})
