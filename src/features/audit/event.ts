import type { Event, RecordRow } from './schema.ts'

/** A numbered row of the record as everybody gets it who follows the record: the feed, webhooks, live updates. */
export const toEvent = (row: RecordRow & { sequence: number }): Event => ({
  sequence: row.sequence,
  id: row.id,
  type: row.event_type,
  timestamp: row.created_at,
  data: { [row.entity_type]: row.new_values ?? row.old_values, old_values: row.old_values },
})
