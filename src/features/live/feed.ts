import { z } from 'zod'
import { query, type Scope } from '../../kernel/database.ts'
import { recordJson, type NumberedRow } from '../../kernel/record.ts'
import { RecordRow, toEvent } from '../audit/index.ts'
import { messageOf } from './messages.ts'

/** An event ready to be sent: made once, whoever gets it. */
export interface Entry {
  readonly sequence: number
  readonly type: string
  /** The tasks that it concerns. */
  readonly tasks: readonly string[]
  /** The message in UTF-8. */
  readonly message: Uint8Array
}

/** The last sequence of a tenant's record. */
export const headOf = query(
  'live.head',
  z.object({ head: z.number() }),
  `SELECT coalesce(max(last_sequence), 0) AS head FROM record_heads WHERE tenant_id = $1`,
)

/** A page is at most so many rows, and ends with the row that brings it to so many bytes. */
const PAGE_ROWS = 100
const PAGE_BYTES = 1024 * 1024

/**
 * Rows stay where they are until it is known which of them the page holds: a large one is then read once. OFFSET keeps
 * the planner at one look into the record a row, whatever it believes of tables that were never analysed.
 */
const pageAfter = query(
  'live.page_after',
  z.object({ row: RecordRow.extend({ sequence: z.int() }) }),
  `SELECT ${recordJson('a')} AS row
   FROM (
     SELECT f.sequence, a.*,
       sum(coalesce(octet_length(a.old_values::text), 0) + coalesce(octet_length(a.new_values::text), 0))
         OVER (ORDER BY f.sequence ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
     FROM record_feed f
     CROSS JOIN LATERAL (
       SELECT * FROM audit_log a WHERE a.tenant_id = $1 AND a.position = f.position OFFSET 0
     ) AS a
     WHERE f.tenant_id = $1 AND f.sequence > $2 ORDER BY f.sequence LIMIT ${PAGE_ROWS}
   ) AS a
   WHERE coalesce(a.bytes_before, 0) < ${PAGE_BYTES} ORDER BY a.sequence`,
)

/** The task itself, or those that another entity names. */
function tasksOf(row: NumberedRow): string[] {
  const entity = row.new_values ?? row.old_values ?? {}
  if (row.entity_type === 'task') return [row.entity_id]
  return [entity['task_id'], entity['depends_on_task_id']].filter((id) => typeof id === 'string')
}

/** A row as the event that its followers get. */
export const entryOf = (row: NumberedRow): Entry => ({
  sequence: row.sequence,
  type: row.event_type,
  tasks: tasksOf(row),
  message: Buffer.from(messageOf.event(toEvent(row))),
})

/** One page of the feed after a sequence, oldest first; empty at its end. */
export const readPage = async (scope: Scope, after: number): Promise<Entry[]> =>
  (await pageAfter(scope, after)).map(({ row }) => entryOf(row))
