import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { Pool } from './pool.ts'

/** What /metrics says of this process. It holds nothing of any tenant. */
export class Metrics {
  readonly registry = new Registry()
  readonly requests: Histogram<'operation' | 'status'>
  readonly sequenced: Counter

  constructor(pool: Pool) {
    const registers = [this.registry]
    collectDefaultMetrics({ register: this.registry })
    this.requests = new Histogram({
      name: 'cairn_request_duration_seconds',
      help: 'Time from a request to its answer, by operation and status',
      labelNames: ['operation', 'status'] as const,
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    })
    this.sequenced = new Counter({
      name: 'cairn_record_rows_sequenced_total',
      help: 'Rows of the record that this server gave their sequence',
      registers,
    })
    const connections = new Gauge({
      name: 'cairn_database_connections',
      help: 'Connections of the pool: total, idle, and requests waiting for one',
      labelNames: ['state'] as const,
      registers,
      collect() {
        connections.set({ state: 'total' }, pool.totalCount)
        connections.set({ state: 'idle' }, pool.idleCount)
        connections.set({ state: 'waiting' }, pool.waitingCount)
      },
    })
    const statements = new Gauge({
      name: 'cairn_database_prepared_statements',
      help: 'Prepared statements that the connections of the pool hold, all together',
      registers,
      collect() {
        statements.set(pool.preparedStatements)
      },
    })
  }
}
