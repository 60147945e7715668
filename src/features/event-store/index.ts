import type { Daemon } from '../../kernel/daemon.ts'
import type { Feature } from '../../kernel/operation.ts'
import { addMetrics } from './metrics.ts'
import { eventStoreTables } from './migrations/202611221000_event_store.ts'
import { getEventStore } from './operations.ts'
import { eventStoreSettings, senselessSettings, storeOf } from './settings.ts'
import { eventStoreSink } from './sink.ts'

const watch: Daemon = {
  name: 'event-store-watch',
  summary: 'Says at the start which settings of the event store make no sense, and tells /metrics of it.',
  start(app) {
    for (const fault of senselessSettings(app.settings)) app.log.warn(fault)
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
  duties: [eventStoreSink],
  daemons: [watch],
  operations: [getEventStore],
  events: {
    'event_store.down': 'The event store did not take a batch or answer its probe; events wait for it',
    'event_store.up': 'The event store takes events again',
  },
}
