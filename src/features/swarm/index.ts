import type { Feature } from '../../kernel/operation.ts'
import { swarmCommand } from './command.ts'

/** A simulated swarm: worker processes that drain the graph over HTTP, and a proof from the record. */
export const swarm: Feature = { name: 'swarm', commands: [swarmCommand] }
