import type { Scope } from '../../kernel/database.ts'
import { newId } from '../../kernel/ids.ts'
import { feedAfter, toEvent } from '../audit/index.ts'
import * as sql from './sql.ts'

/** A batch ends before it holds more than either; a single event may be larger. */
export const BATCH_EVENTS = 500
export const BATCH_BYTES = 1024 * 1024

/** Rows of the record that are read at once: each may be large. */
const PAGE = 100

export interface Batch {
  /** The same for every attempt; the store knows by it what it has already. */
  readonly id: string
  readonly events: number
  readonly body: string
  /** How often it was sent in vain. */
  readonly failures: number
}

interface Gathered {
  texts: string[]
  last: number
}

/** The events after a sequence as JSON: up to `until` where that is given, else as many as fit into a batch. */
async function gather(scope: Scope, after: number, until?: number): Promise<Gathered> {
  const texts: string[] = []
  let last = after
  let bytes = 0
  for (;;) {
    const rows = await feedAfter(scope, last, PAGE)
    for (const { row } of rows) {
      const text = JSON.stringify(toEvent(row))
      bytes += Buffer.byteLength(text) + 1
      const full = texts.length === BATCH_EVENTS || (bytes > BATCH_BYTES && texts.length > 0)
      if (until === undefined ? full : row.sequence > until) return { texts, last }
      texts.push(text)
      last = row.sequence
    }
    if (rows.length < PAGE) return { texts, last }
  }
}

const batchOf = (id: string, { texts }: Gathered, failures: number): Batch => ({
  id,
  events: texts.length,
  body: `{"batch_id":"${id}","events":[${texts.join(',')}]}`,
  failures,
})

/**
 * The tenant's batch under way, or else its next one, whose id and end are committed before anybody has seen it: rows of
 * the record never change, so that it is the same to the letter whenever and by whichever server it is sent again.
 * Undefined where there is nothing to send, or another server was quicker, or the tenant is gone.
 */
export async function nextBatch(scope: Scope): Promise<Batch | undefined> {
  const [position] = await sql.position(scope)
  const sequence = position?.sequence ?? 0
  if (position?.batch_id && position.batch_last) {
    const gathered = await gather(scope, sequence, position.batch_last)
    return gathered.last === position.batch_last
      ? batchOf(position.batch_id, gathered, position.failures)
      : undefined
  }
  const gathered = await gather(scope, sequence)
  if (gathered.texts.length === 0) return undefined
  const id = newId()
  const fixed = await sql.fixBatch(scope, sequence, id, gathered.last).catch((error: unknown) => {
    if (isTenantGone(error)) return []
    throw error
  })
  return fixed.length > 0 ? batchOf(id, gathered, 0) : undefined
}

/** The row refers to its tenant, which was deleted meanwhile. */
const isTenantGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '23503'
