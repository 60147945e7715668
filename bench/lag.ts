import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { wallClock } from './clock.ts'
import type { Figure, Measured } from './figure.ts'
import { install, type Installation } from './installation.ts'
import { median, percentile, table } from './statistics.ts'

/**
 * How long after a commit its event is there: at a WebSocket, and at a webhook's receiver, beside the floor: a NOTIFY on
 * the same PostgreSQL, heard by a client that does nothing else. In turns, so that a busy moment of the machine falls on all.
 *
 * The moment of a commit is PostgreSQL's own (`track_commit_timestamp`); arrivals are taken by the same machine's clock.
 */
export interface LagOptions {
  rounds: number
  /** Commits a round. */
  commits: number
  /** Milliseconds between two commits. */
  pause: number
}

interface Lags {
  notify: number[]
  notifyWithRow: number[]
  socket: number[]
  webhook: number[]
}

const NAMES = ['notify', 'notifyWithRow', 'socket', 'webhook'] as const

export async function measureLag({ rounds, commits, pause }: LagOptions): Promise<Measured> {
  const installation = await install({ track_commit_timestamp: 'on' })
  try {
    const { url } = await installation.serve()
    const floor = await openFloor(installation)
    const feed = await openFeed(installation, url)
    const lags: Lags = { notify: [], notifyWithRow: [], socket: [], webhook: [] }
    const figures: Record<keyof Lags, number[]> = { notify: [], notifyWithRow: [], socket: [], webhook: [] }
    // The first round warms plans and connections up, and is not counted.
    for (let round = 0; round <= rounds; round++) {
      const [bare, withRow, events] = [
        await floor.bare(commits, pause),
        await floor.withRow(commits, pause),
        await feed.round(commits, pause),
      ]
      if (round === 0) continue
      const measured: Lags = { notify: bare, notifyWithRow: withRow, ...events }
      for (const name of NAMES) {
        lags[name].push(...measured[name])
        figures[name].push(median(measured[name]))
      }
    }
    feed.close()
    return {
      text: report(lags, rounds * commits, pause),
      figures: NAMES.map((name): Figure => ({ name, unit: 'ms', better: 'less', rounds: figures[name] })),
    }
  } finally {
    await installation.close()
  }
}

function report(lags: Lags, count: number, pause: number): string {
  const names: [keyof Lags, string][] = [
    ['notify', 'a bare NOTIFY, heard'],
    ['notifyWithRow', 'a row and its NOTIFY in one commit, heard'],
    ['socket', 'an event, at a WebSocket'],
    ['webhook', "an event, at a webhook's receiver"],
  ]
  const show = (value: number): string => value.toFixed(2)
  const times = (value: number, by: number): string => `${(value / by).toFixed(1)}`
  const rows = names.map(([name, title]) => {
    const [middle, late] = [median(lags[name]), percentile(lags[name], 0.99)]
    return [
      title,
      show(middle),
      show(late),
      times(middle, median(lags.notify)),
      times(late, percentile(lags.notify, 0.99)),
      times(middle, median(lags.notifyWithRow)),
    ]
  })
  const head = ['from the commit to', 'median ms', 'p99 ms', 'x NOTIFY', 'x NOTIFY p99', 'x row + NOTIFY']
  return `${table(head, rows)}\n${count} commits each, one every ${pause} ms`
}

/** The floor: another connection hears of a commit that notifies by itself. */
async function openFloor(installation: Installation) {
  const [writer, listener] = [await installation.connect(), await installation.connect()]
  await writer.query('CREATE TABLE floor (id integer PRIMARY KEY)')
  await listener.query('LISTEN floor')
  let heard = new Map<number, number>()
  let now = wallClock()
  let id = 0
  listener.on('notification', ({ payload }) => void heard.set(Number(payload), now()))
  const all = async (ids: readonly number[]): Promise<void> => {
    while (ids.some((each) => !heard.has(each))) await sleep(5)
  }
  return {
    async bare(commits: number, pause: number): Promise<number[]> {
      now = wallClock()
      heard = new Map()
      const sent = new Map<number, number>()
      for (let n = 0; n < commits; n++) {
        // By the server's clock, after it has read the statement: there is no commit to be dated.
        const { rows } = await writer.query<{ at: string }>({
          name: 'bare',
          text: `SELECT extract(epoch FROM clock_timestamp()) * 1000 AS at, pg_notify('floor', $1)`,
          values: [String(++id)],
        })
        sent.set(id, Number(rows[0]!.at))
        await sleep(pause)
      }
      await all([...sent.keys()])
      return [...sent].map(([each, at]) => heard.get(each)! - at)
    },
    async withRow(commits: number, pause: number): Promise<number[]> {
      now = wallClock()
      heard = new Map()
      const first = id + 1
      for (let n = 0; n < commits; n++) {
        await writer.query({
          name: 'row',
          text: `WITH row AS (INSERT INTO floor VALUES ($1) RETURNING id) SELECT pg_notify('floor', id::text) FROM row`,
          values: [++id],
        })
        await sleep(pause)
      }
      await all(Array.from({ length: commits }, (_, n) => first + n))
      const { rows } = await writer.query<{ id: number; at: string }>(
        'SELECT id, extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000 AS at FROM floor WHERE id >= $1',
        [first],
      )
      return rows.map((row) => heard.get(row.id)! - Number(row.at))
    },
  }
}

/** A WebSocket and a webhook's receiver that note when each event came. */
async function openFeed(installation: Installation, url: string) {
  const writer = await installation.connect()
  let now = wallClock()
  const socketHeard = new Map<string, number>()
  const webhookHeard = new Map<string, number>()
  const headers = { authorization: `Bearer ${installation.key}`, 'content-type': 'application/json' }
  const post = async (path: string, body: unknown): Promise<void> => {
    const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(await answer.text())
    await answer.arrayBuffer()
  }

  const receiver = createServer((request, response) => {
    request.resume().on('end', () => {
      webhookHeard.set(String(request.headers['webhook-id']), now())
      response.end()
    })
  }).listen(0, '127.0.0.1')
  await new Promise((listening) => receiver.once('listening', listening))
  const { port } = receiver.address() as AddressInfo
  await post('/webhooks', { url: `http://127.0.0.1:${port}/`, event_types: ['task.created'] })

  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`)
  await new Promise((open) => socket.addEventListener('open', open))
  const ready = new Promise<void>((resolve) => {
    socket.addEventListener('message', ({ data }) => {
      const at = now()
      const message = JSON.parse(String(data)) as { type: string; event?: { id: string } }
      if (message.event) socketHeard.set(message.event.id, at)
      else if (message.type === 'ready') resolve()
      else throw new Error(String(data))
    })
  })
  socket.send(
    JSON.stringify({ authorization: headers.authorization, subscribe: { types: ['task.created'] } }),
  )
  await ready

  return {
    async round(commits: number, pause: number): Promise<{ socket: number[]; webhook: number[] }> {
      now = wallClock()
      socketHeard.clear()
      webhookHeard.clear()
      const first = await lastPosition(writer)
      for (let n = 0; n < commits; n++) {
        await post('/tasks', { title: 'lag' })
        await sleep(pause)
      }
      const { rows } = await writer.query<{ id: string; at: string }>(
        `SELECT id, extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000 AS at
         FROM audit_log WHERE position > $1 AND event_type = 'task.created'`,
        [first],
      )
      while (rows.some(({ id }) => !socketHeard.has(id) || !webhookHeard.has(id))) await sleep(20)
      const since = (heard: Map<string, number>): number[] =>
        rows.map(({ id, at }) => heard.get(id)! - Number(at))
      return { socket: since(socketHeard), webhook: since(webhookHeard) }
    },
    close(): void {
      socket.close()
      receiver.close()
      receiver.closeAllConnections()
    },
  }
}

async function lastPosition(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ position: number }>(
    'SELECT coalesce(max(position), 0) AS position FROM audit_log',
  )
  return rows[0]!.position
}
