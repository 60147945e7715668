import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Memory, type MemoryFigures } from './memory.ts'

const MIB = 1024 * 1024

/** A small container at rest: 70 MiB are neither heap nor buffers. */
const AT_REST = {
  total: 256 * MIB,
  resident: 150 * MIB,
  heapUsed: 50 * MIB,
  heapLimit: 200 * MIB,
  heapResident: 70 * MIB,
  external: 10 * MIB,
}

/** The memory of a process, as the test sets it; `garbage` of the heap goes when it is collected. */
function memory() {
  const state = { figures: AT_REST as MemoryFigures, garbage: 0, collected: 0, silent: false }
  const measured = new Memory({
    measure: () => {
      if (state.silent) throw new Error('EMFILE: too many open files, uv_resident_set_memory')
      return { ...state.figures, heapUsed: state.figures.heapUsed + state.garbage }
    },
    collect: () => {
      state.garbage = 0
      state.collected++
    },
  })
  return {
    state,
    look(figures: Partial<MemoryFigures>, garbage = 0): { full: boolean; fullForUrgent: boolean } {
      state.figures = { ...AT_REST, ...figures }
      state.garbage = garbage
      measured.look()
      return { full: measured.isFull(false), fullForUrgent: measured.isFull(true) }
    },
  }
}

const ROOM = { full: false, fullForUrgent: false }

test('resident memory that a peak left behind is not full: it is there for what comes next', () => {
  const { look, state } = memory()
  assert.deepEqual(look({}), ROOM)
  assert.deepEqual(look({ resident: 250 * MIB, heapResident: 60 * MIB }), ROOM)
  assert.equal(state.collected, 0)
})

test('garbage does not fill it for good: it is collected where it would', () => {
  const { look, state } = memory()
  assert.deepEqual(look({ resident: 250 * MIB }, 120 * MIB), ROOM)
  assert.equal(state.collected, 1)
})

test('what is in use fills it, for heartbeats and completions last', () => {
  const { look } = memory()
  const tight = { full: true, fullForUrgent: false }
  const exhausted = { full: true, fullForUrgent: true }
  assert.deepEqual(look({ resident: 250 * MIB, external: 80 * MIB }), tight)
  assert.deepEqual(look({ resident: 250 * MIB, external: 120 * MIB }), exhausted)
  assert.deepEqual(look({ resident: 250 * MIB, heapUsed: 120 * MIB }), tight)
  // The heap has a limit of its own, whatever the machine has.
  const large = { total: 64_000 * MIB, resident: 400 * MIB }
  assert.deepEqual(look({ ...large, heapUsed: 180 * MIB }), tight)
  assert.deepEqual(look({ ...large, heapUsed: 195 * MIB }), exhausted)
  assert.deepEqual(look({}), ROOM)
})

test('a collection that frees nothing is not made at each look', () => {
  const { look, state } = memory()
  for (let n = 0; n < 5; n++) look({ resident: 250 * MIB, external: 120 * MIB })
  assert.equal(state.collected, 1)
})

test('where the system does not say how full it is, what it said last stands', () => {
  const { look, state } = memory()
  assert.deepEqual(look({ resident: 250 * MIB, external: 80 * MIB }).full, true)
  state.silent = true
  assert.deepEqual(look({}).full, true)
  state.silent = false
  assert.deepEqual(look({}), ROOM)
})

test('this process has room, and can be looked at', () => {
  const real = new Memory()
  real.look()
  assert.equal(real.isFull(false), false)
})
