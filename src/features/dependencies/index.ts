import type { Feature } from '../../kernel/operation.ts'
import { dependencyGraph } from './graph.ts'
import { dependenciesTables } from './migrations/202611220200_dependencies.ts'
import {
  addDependency,
  blockingImpact,
  blocks,
  listDependencies,
  readiness,
  removeDependency,
} from './operations.ts'
import { graph } from './relations.ts'

export { addEdges, detachTask, lockNeighbourhood, releaseDependents, unmetPrerequisites } from './edges.ts'
export { addImportedEdges, type EdgeOutcome } from './imported-edges.ts'
export { dependencyCycle, findCycle } from './rules.ts'
export { DependencyType, type Dependency, type Edge } from './schema.ts'
export { dependencyJson, miscounted as recountUnmet } from './sql.ts'

/** The graph: edges, cycles, readiness, recounting, impact. */
export const dependencies: Feature = {
  name: 'dependencies',
  migrations: [dependenciesTables],
  tables: ['dependencies', 'graphs'],
  operations: [
    dependencyGraph,
    addDependency,
    listDependencies,
    removeDependency,
    readiness,
    blocks,
    blockingImpact,
  ],
  graph,
  events: {
    'dependency.added': 'A task began to wait for another',
    'dependency.removed': 'A task no longer waits for another',
    'task.unblocked': "A task's last hard prerequisite was completed, deleted or taken away",
  },
}
