import { randomUUID } from 'node:crypto'
import { transact } from '../src/kernel/database.ts'
import type { Duty, Leadership } from '../src/kernel/duty.ts'
import type { TestServer } from './server.ts'

/**
 * Runs a duty until it finds nothing more to do, as a leader would, but now. For tests that stopped the server's own
 * duties to be alone with the clock.
 */
export async function runDuty(server: TestServer, duty: Duty): Promise<void> {
  const [leadership] = (await server.sql(
    `INSERT INTO leadership (name, holder, epoch, held_until) VALUES ('duties', $1, 1, now())
     ON CONFLICT (name) DO UPDATE SET held_until = excluded.held_until RETURNING holder, epoch`,
    [randomUUID()],
  )) as [Leadership]
  const { signal } = new AbortController()
  const run = async (): Promise<number> => {
    const effects: (() => void)[] = []
    const afterCommit = (effect: () => void): void => void effects.push(effect)
    const done = await transact(server.app.pool, (db) =>
      duty.run({ db, app: server.app, leadership, signal, afterCommit }),
    )
    for (const effect of effects) effect()
    return done
  }
  while ((await run()) > 0);
}
