import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { validate, version } from 'uuid'
import { testServer, type TestServer } from '../../test/server.ts'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server.close())

test('the ids that the database makes are of version 7, of this moment, and never the same', async () => {
  const began = Date.now()
  const rows = (await server.sql('SELECT uuid_v7() AS id FROM generate_series(1, 20000)')) as { id: string }[]
  const ended = Date.now()
  const ids = rows.map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
  for (const id of ids) {
    assert.ok(validate(id) && version(id) === 7, id)
    const made = parseInt(id.replaceAll('-', '').slice(0, 12), 16)
    // The database rounds to the nearest millisecond; Node cuts.
    assert.ok(made >= began && made <= ended + 1, id)
  }
  // Each of the random bits is set in about half of them: that none is far off tells a bit that is stuck or shifted out.
  const bits = ids.map((id) => BigInt(`0x${id.replaceAll('-', '')}`))
  for (let bit = 0n; bit < 76n; bit++) {
    // The variant.
    if (bit === 62n || bit === 63n) continue
    const share = bits.filter((id) => (id >> bit) & 1n).length / bits.length
    assert.ok(share > 0.45 && share < 0.55, `bit ${bit}: ${share}`)
  }
})
