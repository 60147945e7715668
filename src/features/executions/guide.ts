import type { Guide } from '../../kernel/operation.ts'

/** The chapter of the documentation that an agent needs. */
export const agentLoop: Guide = {
  id: 'agent-loop',
  title: 'The loop of an agent',
  introduction:
    'An agent asks what to do, does it, says so, and is told what is next in the same answer: one call a turn. What it claims is its own until the lease ends, and no two agents are ever given the same task.',
  steps: [
    {
      operation: 'executions.claim',
      text: 'Claim once, to begin. Keep the id of the execution and the token of its lease. An empty list says that nothing can start now; `wait_seconds` waits for something.',
    },
    {
      operation: 'executions.heartbeat',
      text: 'While you work, extend the lease, every third of its length. Where `stop` is not null, it says why to stop. `lease_lost` says that the task is somebody else’s now: drop it.',
    },
    {
      operation: 'executions.complete',
      text: 'Say how it ended. With `claim_next`, the answer’s `next` holds the next claim, and the loop goes on with the heartbeat; when `next` is empty, claim again and wait.',
    },
    {
      operation: 'executions.release',
      text: 'What you cannot finish, give back, with a note for whoever takes it next.',
    },
  ],
}
