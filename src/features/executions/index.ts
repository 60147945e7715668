import type { Feature } from '../../kernel/operation.ts'
import { completeBatch, completeExecution } from './completion.ts'
import { reapLeases } from './duties.ts'
import { agentLoop } from './guide.ts'
import { listAllExecutions } from './listing.ts'
import { executionsTables } from './migrations/202611220300_executions.ts'
import { stillStartable } from './migrations/202611262300_still_startable.ts'
import { stillTagged } from './migrations/202611271000_still_tagged.ts'
import { fences } from './migrations/202611271100_fences.ts'
import { graph } from './relations.ts'
import { claim, heartbeat, release, startExecution } from './operations.ts'
import { agentMetrics, getExecution, history, stale } from './reading.ts'

export { Execution, LeaseToken, NamedTask, Note, Outcome, type Claim } from './schema.ts'
export { releaseExecution } from './give-back.ts'
export { dependenciesUnmet } from './rules.ts'
export { closeExecution, executionJson, findOpen, openExecution, type Held } from './sql.ts'

/** Attempts, claims, leases, heartbeats. */
export const executions: Feature = {
  name: 'executions',
  migrations: [executionsTables, stillStartable, stillTagged, fences],
  tables: ['executions'],
  operations: [
    claim,
    listAllExecutions,
    stale,
    startExecution,
    history,
    getExecution,
    completeExecution,
    completeBatch,
    heartbeat,
    release,
    agentMetrics,
  ],
  duties: [reapLeases],
  guides: [agentLoop],
  graph,
  events: {
    'task.started': 'A task went to in progress',
    'task.completed': 'A task was completed',
    'task.failed': 'A task has failed',
    'task.released': 'A task was given back, or its worker was lost, and is ready again',
    'execution.started': 'An attempt at a task began',
    'execution.completed': 'An attempt ended with a verdict',
    'execution.lost': "An attempt's lease ran out",
    'execution.released': 'An attempt was given up without a verdict',
  },
}
