import type { Daemon } from '../../kernel/daemon.ts'
import type { Feature } from '../../kernel/operation.ts'
import { addMetrics } from './metrics.ts'
import { eventStoreTables } from './migrations/202611221000_event_store.ts'
import { getEventStore } from './operations.ts'
import { eventStoreSettings, senselessSettings, storeOf } from './settings.ts'
import { eventStoreSink } from './sink.ts'

const watch: Daemon = {
  name: 'event-store-watch',
  summary: 'Tells /metrics of the event store.',
  start(app) {
    if (storeOf(app.settings)) addMetrics(app)
    return () => Promise.resolve()
  },
}

/** The record, sent to an external event store. */
export const eventStore: Feature = {
  name: 'event-store',
  migrations: [eventStoreTables],
  tables: ['event_store_positions', 'event_store_state'],
  settings: eventStoreSettings,
  senseless: senselessSettings,
  duties: [eventStoreSink],
  daemons: [watch],
  operations: [getEventStore],
  events: {
    'event_store.down': 'The event store did not take a batch or answer its probe; events wait for it',
    'event_store.up': 'The event store takes events again',
  },
}
