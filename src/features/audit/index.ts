import type { Feature } from '../../kernel/operation.ts'
import { auditIndex } from './migrations/202611220600_audit.ts'
import { followEvents, listAudit, listEventTypes } from './operations.ts'

export { requireSubscription, typesCovered, typesOf, typesToFollow } from './event-types.ts'
export { toEvent } from './event.ts'
export { Event, RecordRow, TypePatterns } from './schema.ts'
export { feedAfter, feedOfTypesAfter } from './sql.ts'

/** The record as people read it and agents follow it. */
export const audit: Feature = {
  name: 'audit',
  migrations: [auditIndex],
  guides: [
    {
      id: 'events',
      title: 'Follow what happens',
      introduction:
        'Every change of state is one row of the record, written in the same transaction as the change. The feed and the audit trail are two ways to read it.',
      steps: [
        {
          operation: 'audit.follow_events',
          text: 'Begin with after=0, or with the sequence that was seen last, and ask again with that of the last event.',
        },
        { operation: 'audit.list', text: 'To look back instead, filter the audit trail.' },
      ],
    },
  ],
  graph: { names: { 'audit.follow_events': 'events' } },
  operations: [listAudit, followEvents, listEventTypes],
}
