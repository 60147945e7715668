import type { TestAnswer, TestServer } from './server.ts'

/** A row of the record as the table has it. */
export interface Recorded {
  event_type: string
  entity_type: string
  entity_id: string
  actor_kind: string
  actor_name: string
  old_values: Record<string, unknown> | null
  new_values: Record<string, unknown> | null
}

const COLUMNS = 'event_type, entity_type, entity_id, actor_kind, actor_name, old_values, new_values'

/** The rows that the request of this answer put into the record, in their order. */
export const recordOf = async (server: TestServer, answer: TestAnswer): Promise<Recorded[]> =>
  (await server.sql(`SELECT ${COLUMNS} FROM audit_log WHERE request_id = $1 ORDER BY position`, [
    answer.headers.get('x-request-id'),
  ])) as Recorded[]

/** The position of the record's last row. */
export const recordEnd = async (server: TestServer): Promise<number> =>
  (
    (await server.sql('SELECT coalesce(max(position), 0) AS position FROM audit_log')) as {
      position: number
    }[]
  )[0]!.position

/** The rows behind a position, in their order. */
export const recordSince = async (server: TestServer, position: number): Promise<Recorded[]> =>
  (await server.sql(`SELECT ${COLUMNS} FROM audit_log WHERE position > $1 ORDER BY position`, [
    position,
  ])) as Recorded[]

/** The event types of rows, sorted. */
export const typesOf = (rows: readonly Recorded[]): string[] => rows.map((row) => row.event_type).sort()
