import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ctx } from '../../kernel/context.ts'
import { shared } from './sharing.ts'

const ctxOf = (tenant: string): Ctx => ({ app, tenant }) as unknown as Ctx
const app = {}
const [mine, others] = [ctxOf('mine'), ctxOf('others')]

/** Answers how often it was asked, after so many milliseconds. */
function counting(milliseconds: number) {
  let asked = 0
  return shared(
    async (_: Ctx, what: string) => {
      const answer = `${what} ${++asked}`
      await sleep(milliseconds)
      if (what === 'fails') throw new Error(answer)
      return answer
    },
    (what) => what,
  )
}

describe('an answer that is shared', () => {
  test('is made anew for everybody where it is made fast', async () => {
    const ask = counting(1)
    assert.equal(await ask(mine, 'a'), 'a 1')
    assert.equal(await ask(mine, 'a'), 'a 2')
  })

  test('is given out again where it took long, to those who ask for the same of the same tenant', async () => {
    const ask = counting(400)
    assert.equal(await ask(mine, 'a'), 'a 1')
    assert.equal(await ask(mine, 'a'), 'a 1')
    assert.equal(await ask(mine, 'b'), 'b 2')
    assert.equal(await ask(others, 'a'), 'a 3')
  })

  test("does not hand one's failure to the next", async () => {
    const ask = counting(400)
    await assert.rejects(ask(mine, 'fails'), /fails 1/)
    await assert.rejects(ask(mine, 'fails'), /fails 2/)
  })
})
