import { Counter, Gauge, type Registry } from 'prom-client'
import type { Services } from '../../kernel/services.ts'
import { readState } from './outage.ts'
import * as sql from './sql.ts'

function counter(registry: Registry, name: string, help: string): Counter {
  const known = registry.getSingleMetric(name)
  return known instanceof Counter ? known : new Counter({ name, help, registers: [registry] })
}

/** Counted by the server that sends. */
export const eventsSent = ({ metrics }: Services): Counter =>
  counter(
    metrics.registry,
    'cairn_event_store_events_sent_total',
    'Events that the event store has accepted from this server',
  )

export const batchesFailed = ({ metrics }: Services): Counter =>
  counter(
    metrics.registry,
    'cairn_event_store_batches_failed_total',
    'Batches that the event store did not accept from this server, each attempt',
  )

/** Sets a gauge when it is asked for; a database that is away must not take the other metrics with it. */
const measure = (name: string, help: string, app: Services, value: () => Promise<number>): Gauge => {
  const gauge: Gauge = new Gauge({
    name,
    help,
    registers: [app.metrics.registry],
    collect: () =>
      value().then(
        (now) => gauge.set(now),
        (error: unknown) => app.log.debug({ err: error, metric: name }, 'a metric could not be read'),
      ),
  })
  return gauge
}

/** What every server tells of the store, whichever of them sends. */
export function addMetrics(app: Services): void {
  eventsSent(app)
  batchesFailed(app)
  measure('cairn_event_store_up', 'Whether the event store takes events: 1, or 0 when down', app, async () =>
    (await readState({ app }))?.state.status === 'down' ? 0 : 1,
  )
  measure(
    'cairn_event_store_lag_events',
    'Events that the event store has not accepted yet',
    app,
    async () => {
      const [row] = await sql.lagOfAll({ db: app.pool })
      return row?.lag ?? 0
    },
  )
}
