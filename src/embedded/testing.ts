import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdtemp, readdir, readFile, rm, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { after } from 'node:test'
import pg from 'pg'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './index.ts'
import { readPostmasterFile } from './postmaster-file.ts'
import { isRunning, servesCluster } from './process-identity.ts'

/** What the tests of this folder share: directories and processes that are gone when the tests are. */

const directories: string[] = []
const children: ChildProcess[] = []

after(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL')
  for (const directory of directories) await removeWithServers(directory)
})

/** An empty directory that others may pass through, below the system's temporary one. */
export async function scratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'embedded-test-'))
  await chmod(directory, 0o711)
  directories.push(directory)
  return directory
}

async function removeWithServers(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true })
  for (const entry of entries) {
    const path = join(directory, entry)
    if (basename(entry) === 'PG_VERSION') await killServer(dirname(path))
    if (basename(entry) === 'postgres.location') {
      const cluster = (await readFile(path, 'utf8')).trim()
      await killServer(cluster)
      await rm(dirname(cluster), { recursive: true, force: true })
      await rmdir(dirname(dirname(cluster))).catch(() => undefined)
    }
  }
  await rm(directory, { recursive: true, force: true, maxRetries: 5 })
}

/** The pid of the server that runs on a cluster. */
export const serverPid = async (cluster: string): Promise<number> =>
  (await readPostmasterFile(cluster))?.pid ?? 0

/** `kill -9` of the server of a cluster, where there is one; resolves when it is gone. */
export async function killServer(cluster: string): Promise<void> {
  const pid = await serverPid(cluster)
  if (!pid || !(await servesCluster(pid, cluster))) return
  process.kill(pid, 'SIGKILL')
  await until(() => !isRunning(pid))
}

/** Waits for something to become true; a test's own time limit ends the waiting. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Starts one without waiting for disks: what is tested is killed processes, and they lose nothing that was written. */
export const start = (dataDir: string, log?: (message: string) => void): Promise<EmbeddedPostgres> =>
  startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' }, ...(log ? { log } : {}) })

/** One statement on a connection of its own. */
export async function sql(
  url: string,
  text: string,
  ...values: unknown[]
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text, values)).rows
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Another Node process, and the lines that it has printed. */
export interface Other {
  readonly pid: number
  readonly lines: string[]
  readonly child: ChildProcess
  /** Resolves with the first line that begins so; rejects, with all that was said, if the process ends without it. */
  line(beginning: string): Promise<string>
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>
}

/** Runs a module's text in another Node process; `HERE` in it stands for the URL of this folder. */
export function run(
  program: string,
  options: { uid?: number; gid?: number; detached?: boolean; flags?: string[] } = {},
): Other {
  const { flags = [], ...spawnOptions } = options
  const text = program.replaceAll('HERE', new URL('.', import.meta.url).href)
  const child = spawn(process.execPath, [...flags, '--input-type=module', '--eval', text], {
    ...spawnOptions,
    cwd: '/',
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  children.push(child)
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => lines.push(line))
  let ended = false
  child.on('close', () => (ended = true))
  return {
    pid: child.pid ?? 0,
    lines,
    child,
    async line(beginning) {
      const found = () => lines.find((line) => line.startsWith(beginning))
      await until(() => ended || found() !== undefined)
      const line = found()
      if (line === undefined) throw new Error(`ended without "${beginning}":\n${lines.join('\n')}`)
      return line
    },
    async kill() {
      child.kill('SIGKILL')
      await until(() => ended)
    },
  }
}

/** Another process that starts an embedded PostgreSQL, prints `started URL` or `refused MESSAGE`, and stays. */
export const runStart = (dataDir: string, options?: Parameters<typeof run>[1]): Other =>
  run(
    `import { startEmbeddedPostgres } from 'HEREindex.ts'
     process.on('SIGINT', () => undefined)
     try {
       const { url, adopted } = await startEmbeddedPostgres({
         dataDir: ${JSON.stringify(dataDir)},
         settings: { fsync: 'off' },
         log: (message) => console.log('log ' + message),
       })
       console.log((adopted ? 'adopted ' : 'started ') + url)
       setInterval(() => undefined, 1_000)
     } catch (error) {
       console.log('refused ' + error.name + ': ' + error.message)
     }`,
    options,
  )
