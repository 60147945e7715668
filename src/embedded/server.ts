import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Address, chooseAddress, removeAddress, settingsOf } from './address.ts'
import { type Binaries, programOf } from './binaries.ts'
import { lastLines } from './cluster.ts'
import { waitForAnswer } from './connection.ts'
import { EmbeddedPostgresError, reasonOf } from './error.ts'
import { disarmPostmasterFile, readPostmasterFile, removeEmptyPostmasterFile } from './postmaster-file.ts'
import { identityOf, isRunning, servesCluster } from './process-identity.ts'
import { type Account, programEnvironment, runProgram } from './program.ts'
import { logSince, logSize, openLog } from './server-log.ts'

/** A server that answers. */
export interface Server {
  readonly pid: number
  /** Tells its process from a later one with the same pid; undefined when it had ended before we looked. */
  readonly identity: string | undefined
  readonly address: Address
  /** Resolves once its process has ended. */
  readonly gone: Promise<void>
}

/** What it takes to run the server of one cluster. */
export interface ServerOptions {
  binaries: Binaries
  account: Account | undefined
  cluster: string
  password: string
  logFile: string
  settings: Readonly<Record<string, string>>
}

/** How long a server that starts, recovers or stops is waited for. */
const PATIENCE_MS = 60_000
const WATCH_MS = 500

/**
 * Beside the safe defaults. Autovacuum wakes often, since claims slow down with every dead row of a claimed task. The
 * log of changes stays at its default level: `minimal` was no faster (2,400 to 2,800 inserts a second with either), and
 * would rule out backups of the running database.
 */
const SETTINGS = {
  fsync: 'on',
  synchronous_commit: 'on',
  max_connections: '100',
  shared_buffers: '128MB',
  autovacuum_naptime: '5s',
  checkpoint_timeout: '15min',
  max_wal_size: '2GB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  jit: 'off',
  log_destination: 'stderr',
  logging_collector: 'off',
  cluster_name: 'cairn',
}

/** Watches a process that is not our child. */
const goneOnSight = (pid: number, identity: string | undefined): Promise<void> =>
  new Promise((resolve) => {
    const timer = setInterval(() => {
      if (identity && identityOf(pid) === identity) return
      clearInterval(timer)
      resolve()
    }, WATCH_MS).unref()
  })

/**
 * Takes over the server that a killed process left running; undefined when there is none, and then nothing of a dead
 * one is in the way of a new one. One that is on its way down is waited for.
 *
 * @throws EmbeddedPostgresError when it neither answers nor ends within a minute
 */
export async function adoptServer({ cluster, password }: ServerOptions): Promise<Server | undefined> {
  const deadline = Date.now() + PATIENCE_MS
  let pid = 0
  while (Date.now() < deadline) {
    const file = await readPostmasterFile(cluster)
    if (!file) {
      if (await removeEmptyPostmasterFile(cluster)) return undefined
      continue
    }
    pid = file.pid
    if (!(await servesCluster(pid, cluster))) {
      await disarmPostmasterFile(cluster)
      if (file.address) await removeAddress(cluster, file.address)
      return undefined
    }
    const { address } = file
    if (address && !file.stopping) {
      const identity = identityOf(pid)
      if (await waitForAnswer(address, password, () => !isRunning(file.pid), deadline))
        return { pid, identity, address, gone: goneOnSight(pid, identity) }
    }
    await sleep(50)
  }
  throw new EmbeddedPostgresError(
    `The embedded PostgreSQL (process ${pid}) of ${cluster} has been recovering or stopping for a minute; it goes on by itself, start again in a moment.`,
  )
}

/**
 * Starts the server and waits until it answers.
 * @throws EmbeddedPostgresError with the last lines of its log when it does not
 */
export async function launchServer(
  options: ServerOptions,
  socketDirectories?: readonly string[],
): Promise<Server> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const address = await chooseAddress(options.cluster, options.account, socketDirectories)
    const offset = await logSize(options.logFile)
    const child = await spawnServer(options, address)
    const pid = child.pid ?? 0
    const gone = once(child, 'exit').then(() => undefined)
    const server = { pid, identity: identityOf(pid), address, gone }
    const isGone = () => hasEnded(server)
    try {
      if (await waitForAnswer(address, options.password, isGone, deadline)) return server
    } catch (error) {
      await stopServer(server, options)
      throw error
    }
    if (!isGone())
      throw new EmbeddedPostgresError(
        `The embedded PostgreSQL of ${options.cluster} is still recovering after a minute; it goes on by itself, start again in a moment (its log is ${options.logFile}).`,
      )
    await removeAddress(options.cluster, address)
    const said = await logSince(options.logFile, offset)
    if (!mayPass(said) || Date.now() >= deadline)
      throw new EmbeddedPostgresError(
        `The embedded PostgreSQL did not start; the last lines of its log, ${options.logFile}, say why:\n${lastLines(said, 12)}`,
      )
    await sleep(100)
  }
}

/**
 * Whether what hindered a start passes by itself: processes of a killed server end as soon as they notice, and the
 * free port that we found may have been taken a moment later.
 */
const mayPass = (said: string): boolean =>
  /pre-existing shared memory block|could not bind IPv4 address/.test(said)

async function spawnServer(options: ServerOptions, address: Address): Promise<ChildProcess> {
  const { binaries, account, cluster } = options
  const settings = { ...SETTINGS, ...settingsOf(address), ...options.settings }
  const log = await openLog(options.logFile)
  try {
    const child = spawn(
      programOf(binaries, 'postgres'),
      ['-D', cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      {
        ...(account ? { uid: account.uid, gid: account.gid } : {}),
        cwd: cluster,
        env: programEnvironment(),
        stdio: ['ignore', log.fd, log.fd],
        // A session of its own: Ctrl-C on our terminal must not end it before we have drained.
        detached: true,
        windowsHide: true,
      },
    )
    await once(child, 'spawn')
    child.unref()
    return child
  } catch (error) {
    throw new EmbeddedPostgresError(
      `PostgreSQL could not be started from ${binaries.root} (${reasonOf(error)}); install Cairn anew or set DATABASE_URL.`,
      { cause: error },
    )
  } finally {
    await log.close()
  }
}

/**
 * Stops the server: open transactions are rolled back, what was acknowledged is written out. One that takes over a
 * minute is cut off, and recovers when it is started again.
 *
 * @throws EmbeddedPostgresError when it does not end at all
 */
export async function stopServer(
  server: Server,
  { binaries, account, cluster }: ServerOptions,
): Promise<void> {
  for (const [mode, signal, patience] of [
    ['fast', 'SIGINT', PATIENCE_MS],
    ['immediate', 'SIGQUIT', PATIENCE_MS / 6],
  ] as const) {
    if (hasEnded(server)) break
    // Windows has no signals; there pg_ctl has a way of its own.
    if (process.platform === 'win32')
      await runProgram(programOf(binaries, 'pg_ctl'), ['stop', '-D', cluster, '-m', mode, '-W'], account)
    else process.kill(server.pid, signal)
    const deadline = Date.now() + patience
    // This also keeps our process alive meanwhile, as the server's watchers do not.
    while (!hasEnded(server) && Date.now() < deadline) await sleep(10)
  }
  if (!hasEnded(server))
    throw new EmbeddedPostgresError(`The embedded PostgreSQL (process ${server.pid}) does not stop; kill it.`)
  await removeAddress(cluster, server.address)
}

const hasEnded = ({ pid, identity }: Server): boolean => !identity || identityOf(pid) !== identity
