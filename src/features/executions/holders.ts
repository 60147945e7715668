import type { Scope } from '../../kernel/database.ts'
import type { Claim, Execution } from './schema.ts'

/** Who works on an execution: neither ever changes. */
export type Holder = Pick<Execution, 'worker_id' | 'agent_type'>

/** How many executions are remembered: far more than are open at once, in some 2 MB. */
const MOST = 10_000

/** Of the executions that this process handed out last, who got them: spares a completion with `claim_next` a look-up. */
const holders = new Map<string, Holder>()

const keyOf = ({ tenant }: Pick<Scope, 'tenant'>, id: string): string => `${tenant} ${id}`

/** Remembers who got these claims; the oldest are forgotten. */
export function rememberHolders(scope: Pick<Scope, 'tenant'>, claims: readonly Claim[]): void {
  for (const { execution } of claims) {
    const { id, worker_id, agent_type } = execution
    holders.set(keyOf(scope, id), { worker_id, agent_type })
  }
  for (const oldest of holders.keys()) {
    if (holders.size <= MOST) break
    holders.delete(oldest)
  }
}

/** Who got the execution, where this process remembers it. */
export const holderOf = (scope: Pick<Scope, 'tenant'>, id: string): Holder | undefined =>
  holders.get(keyOf(scope, id))
