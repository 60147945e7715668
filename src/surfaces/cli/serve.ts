import { createHash } from 'node:crypto'
import { isIP, type AddressInfo } from 'node:net'
import { apiKey, authenticate, features } from '../../features/index.ts'
import { assemble, startApplication, type Application } from '../../kernel/application.ts'
import { makeLog } from '../../kernel/log.ts'
import { migrate } from '../../kernel/migrate.ts'
import { SettingsError, type Settings } from '../../kernel/settings.ts'
import { makeServer } from '../doors.ts'
import { addressesOf, isLoopback } from '../http/loopback.ts'
import type { HttpServer } from '../http/server.ts'
import { host, port } from '../http/settings.ts'
import { banner } from './banner.ts'
import { connecting, openDatabaseUntil, type Database } from './database.ts'
import { EXIT } from './faults.ts'
import { announceServer, listenFault, requireFreeAddress, urlOf, withdrawServer } from './listening.ts'
import { keyFile, operatorKey, requireKeySetting } from './operator-key.ts'
import { logLevel, poolMax } from './settings.ts'
import { stopSignals } from './stopping.ts'

/** How a server tells that it serves. */
export interface ServeOptions {
  settings: Settings
  json: boolean
  print: (text: string) => void
}

/**
 * Runs the server until a signal. Returns the exit code: 0 when a signal stopped it, 1 when its embedded database ended.
 * Throws SettingsError and EmbeddedPostgresError for what the user must put right.
 */
export async function serve({ settings, json, print }: ServeOptions): Promise<number> {
  const signals = stopSignals({ starting: true })
  const log = makeLog(settings.get(logLevel))
  const faults = features.flatMap((feature) => feature.senseless?.(settings) ?? [])
  if (faults.length > 0) throw new SettingsError(faults)
  requireKeySetting(settings)
  await requireFreeAddress(settings)
  const database = await openDatabaseUntil(signals, settings, (message) => log.info(message))
  try {
    const generated = settings.get(apiKey) === undefined
    const key = operatorKey(settings)
    settings.set(apiKey, key, 'program')
    const assembly = assemble(features)
    const applied = await connecting(database, () => migrate(database.directUrl, assembly.migrations))
    if (applied.length > 0) log.info({ migrations: applied.length }, 'the schema was brought up to date')
    const app = await connecting(database, () =>
      startApplication({
        assembly,
        settings,
        log,
        databaseUrl: database.url,
        listenUrl: database.listenUrl,
        pooled: database.pooled,
        poolMax: settings.get(poolMax),
        alone: database.embedded,
        local: database.embedded && isLoopback(settings.get(host)),
        cursorKey: createHash('sha256').update(`cursor ${key}`).digest(),
        authenticate,
      }),
    )
    try {
      const http = await makeServer(app)
      const { address, url } = await listen(http, settings)
      if (database.embedded) announceServer(settings, url)
      const facts = {
        url,
        everywhere: isIP(address.address) > 0 && /^(0\.0\.0\.0|::)$/.test(address.address),
        database: database.place,
        keyFile: generated ? keyFile(settings) : undefined,
      }
      print(
        json
          ? JSON.stringify({ url, database: facts.database, key_file: facts.keyFile ?? null })
          : banner({ ...facts, features }),
      )
      signals.started()
      return await serveUntilStopped(app, http, database, signals.first)
    } finally {
      withdrawServer(settings)
      await app.close()
    }
  } catch (error) {
    // Its database was stopped under it while it started.
    if (signals.interrupted) return EXIT.done
    throw error
  } finally {
    await database.stop()
  }
}

async function listen(http: HttpServer, settings: Settings): Promise<{ address: AddressInfo; url: string }> {
  const address = await addressesOf(settings.get(host))
    .then((addresses) => http.listen(settings.get(port), addresses))
    .catch((error: NodeJS.ErrnoException) => Promise.reject(listenFault(settings, error)))
  return { address, url: urlOf(address) }
}

async function serveUntilStopped(
  app: Application,
  http: HttpServer,
  database: Database,
  stopped: Promise<string>,
): Promise<number> {
  const died = database.died.then(() => undefined)
  const signal = await Promise.race([stopped, died])
  if (signal === undefined) app.log.fatal('the embedded database ended by itself; the server stops')
  else app.log.info({ signal }, 'stopping')
  await http.drain()
  return signal === undefined ? EXIT.failed : EXIT.done
}
