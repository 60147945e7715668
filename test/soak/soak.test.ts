import assert from 'node:assert/strict'
import { test } from 'node:test'
import { soak } from './soak.ts'

test('a server that is killed under load loses no event of any healthy receiver, nor their order', async (t) => {
  const { faults } = await soak({ events: 600, kills: 1, say: (line) => t.diagnostic(line) })
  assert.deepEqual(faults, [])
})
