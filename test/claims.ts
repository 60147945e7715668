import type { Claim, Execution } from '../src/features/executions/schema.ts'
import { bodyOf } from './answers.ts'
import type { TestAnswer, TestServer } from './server.ts'

type Fields = object

/** Claims tasks for worker `w` of type `coder` unless said otherwise. */
export const claimTasks = async (server: TestServer, wish: Fields = {}): Promise<Claim[]> =>
  bodyOf<Claim[]>(await server.post('/tasks/claim', { worker_id: 'w', agent_type: 'coder', ...wish }))

/** Claims the one task that is there to be claimed first. */
export async function claimOne(server: TestServer, wish: Fields = {}): Promise<Claim> {
  const [claim] = await claimTasks(server, { ...wish, count: 1 })
  if (!claim) throw new Error('there was nothing to claim')
  return claim
}

/** Sends a completion with the claim's own token; succeeds unless said otherwise. */
export const complete = (
  server: TestServer,
  { execution, lease }: Pick<Claim, 'execution' | 'lease'>,
  fields: Fields = {},
): Promise<TestAnswer> =>
  server.post(`/executions/${execution.id}/complete`, { success: true, lease_token: lease.token, ...fields })

export const readExecution = async (server: TestServer, id: string): Promise<Execution> =>
  bodyOf<Execution>(await server.get(`/executions/${id}`))

/** Moves the end of an execution's lease into the past. */
export const runOutLease = (server: TestServer, execution: string): Promise<unknown[]> =>
  server.sql(`UPDATE executions SET lease_expires_at = now() - interval '1 second' WHERE id = $1`, [
    execution,
  ])
