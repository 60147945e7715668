import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Figures } from './figure.ts'
import { type Effort, type Measured } from './figure.ts'
import { openHttp } from './http-client.ts'
import { install } from './installation.ts'
import { rateInTurn, reportRates, type Rated } from './rate.ts'
import { addTasks, TENANT } from './stock.ts'

const CALLERS = 10

const GET_ONE = `
  SELECT t.*, x.title, x.description, x.tags FROM tasks t
  JOIN task_texts x ON x.tenant_id = t.tenant_id AND x.task_id = t.id WHERE t.tenant_id = $1 AND t.id = $2`

const PAGE = `
  SELECT t.*, x.title, x.description, x.tags FROM tasks t
  JOIN task_texts x ON x.tenant_id = t.tenant_id AND x.task_id = t.id WHERE t.tenant_id = $1
  ORDER BY t.priority DESC, t.created_at, t.id LIMIT 100`

interface LeastServer {
  readonly url: string
  readonly child: ChildProcess
}

/** Starts a server that does nothing but the statement that reads one task: what HTTP and its process cost by themselves. */
async function serveLeast(databaseUrl: string): Promise<LeastServer> {
  const child = fork(new URL('./least-server.ts', import.meta.url), [databaseUrl, GET_ONE, TENANT])
  const [port] = (await once(child, 'message')) as [number]
  return { url: `http://127.0.0.1:${port}`, child }
}

/**
 * Reading and creating over HTTP by ten clients that keep their connections, among a million tasks, in turn with the bare
 * statement on as many connections of its own, and with a server that does nothing but that.
 */
export async function measureReads({ rounds, quick }: Effort): Promise<Measured> {
  const [count, seconds] = quick ? [20_000, 0.1] : [1_000_000, 2]
  const installation = await install()
  let least: LeastServer | undefined
  try {
    const server = await installation.serve()
    const clients = await Promise.all(Array.from({ length: CALLERS }, () => installation.connect()))
    const first = clients[0]!
    await addTasks(
      first,
      TENANT,
      count,
      'As it was written in the report of last week, with what was found since.',
    )
    await addTasks(first, TENANT, 30, 'The glyptodon is found among a million.')
    await first.query('VACUUM (ANALYZE)')
    await first.query('CHECKPOINT')
    await sleep(500)
    const { rows } = await first.query<{ id: string }>(
      'SELECT id FROM tasks TABLESAMPLE SYSTEM (5) LIMIT 10000',
    )
    const someId = (): string => rows[Math.floor(Math.random() * rows.length)]!.id
    const http = openHttp(server.url, installation.key, CALLERS)
    least = await serveLeast(installation.databaseUrl)
    const leastHttp = openHttp(least.url, 'none', CALLERS)
    const bare =
      (name: string, text: string, values: () => unknown[]) =>
      async (caller: number): Promise<number> => {
        await clients[caller]!.query({ name, text, values: values() })
        return 1
      }
    const get =
      (path: () => string, client = http) =>
      async (): Promise<number> => {
        await client.call('GET', path())
        return 1
      }
    const task = (): object => ({
      title: 'Work that was just found',
      description: 'What is to be done, in a line.',
    })
    const things: Rated[] = [
      { name: 'bare: SELECT 1', run: bare('one', 'SELECT 1', () => []) },
      { name: 'bare: one task', run: bare('get', GET_ONE, () => [TENANT, someId()]) },
      { name: 'least server: one task', run: get(() => `/${someId()}`, leastHttp) },
      { name: 'HTTP: GET /health', run: get(() => '/health') },
      { name: 'HTTP: get one task', run: get(() => `/tasks/${someId()}`) },
      { name: 'bare: 100 tasks', run: bare('list', PAGE, () => [TENANT]) },
      { name: 'HTTP: list 100 tasks', run: get(() => '/tasks?limit=100') },
      { name: 'HTTP: list 10 startable tasks', run: get(() => '/tasks?limit=10&startable=true') },
      { name: 'HTTP: search for a rare word', run: get(() => '/tasks/search?q=glyptodon') },
      {
        name: 'HTTP: search for a number',
        run: get(() => `/tasks/search?q=item%20${1_000 + Math.floor(Math.random() * 9_000)}`),
      },
      {
        name: 'HTTP: create one task',
        run: async () => {
          await http.call('POST', '/tasks', task())
          return 1
        },
      },
      {
        name: 'HTTP: create a hundred, tasks',
        run: async () => {
          await http.call('POST', '/tasks/batch', Array.from({ length: 100 }, task))
          return 100
        },
      },
    ]
    const figures = await rateInTurn(things, { rounds, seconds, callers: CALLERS })
    await Promise.all([http.close(), leastHttp.close()])
    await addCommonSearch(figures, { url: server.url, key: installation.key, rounds })
    return { text: reportRates(figures, floorOf), figures: figures.all() }
  } finally {
    least?.child.kill()
    await installation.close()
  }
}

const floorOf = (name: string): string | undefined =>
  ({
    'least server: one task': 'bare: one task',
    'HTTP: get one task': 'bare: one task',
    'HTTP: list 100 tasks': 'bare: 100 tasks',
    'HTTP: create a hundred, tasks': 'HTTP: create one task',
  })[name]

/** A word that every task has: one at a time, since it may take a second. */
async function addCommonSearch(
  figures: Figures,
  { url, key, rounds }: { url: string; key: string; rounds: number },
): Promise<void> {
  const http = openHttp(url, key, 1)
  for (let round = 0; round < rounds; round++) {
    const begin = performance.now()
    await http.call('GET', '/tasks/search?q=report')
    figures.add('HTTP: search for a word that all have', '/s', 1_000 / (performance.now() - begin))
  }
  await http.close()
}
