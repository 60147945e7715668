import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { apiKey, authenticate, features } from '../src/features/index.ts'
import { assemble, startApplication, type Application } from '../src/kernel/application.ts'
import type { Caller } from '../src/kernel/context.ts'
import { dispatch } from '../src/kernel/dispatch.ts'
import { makeLog } from '../src/kernel/log.ts'
import { migrate } from '../src/kernel/migrate.ts'
import { loadSettings } from '../src/kernel/settings.ts'
import { allSettings } from '../src/surfaces/cli/settings.ts'

/** The product without a surface: its operations, called in this process. */
export interface Engine {
  readonly app: Application
  readonly caller: Caller
  /** Runs an operation by its name as the operator, just as a surface does, and answers its body. */
  call<Body>(operation: string, input: unknown): Promise<Body>
  close(): Promise<void>
}

/** Starts it on an empty database, with a pool of the product's own size unless another is given. */
export async function startEngine(databaseUrl: string, poolMax = 10): Promise<Engine> {
  const key = randomBytes(32).toString('base64url')
  const assembly = assemble(features)
  await migrate(databaseUrl, assembly.migrations)
  const app = await startApplication({
    assembly,
    settings: loadSettings(allSettings, { [apiKey.name]: key }),
    log: makeLog('warn'),
    databaseUrl,
    poolMax,
    local: true,
    cursorKey: createHash('sha256').update(key).digest(),
    authenticate,
  })
  const caller = await app.authenticate(`Bearer ${key}`)
  return {
    app,
    caller,
    async call<Body>(name: string, input: unknown) {
      const operation = app.operations.get(name)
      if (!operation) throw new Error(`there is no operation ${name}`)
      const { body } = await dispatch(app, operation, caller, input, {
        requestId: randomUUID(),
        ifMatch: undefined,
        idempotencyKey: undefined,
        signal: undefined,
        authenticateAgain: undefined,
        progress: undefined,
      })
      return body as Body
    },
    close: () => app.close(),
  }
}
