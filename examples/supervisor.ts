import { Cairn, follow, isProblem } from '@cairn-codex/client'

// A supervisor: makes what has failed ready again, a few times, and leaves what goes on failing to people.
const { CAIRN_URL: url = 'http://127.0.0.1:3000', CAIRN_API_KEY: key = '' } = process.env
const cairn = new Cairn({ url, key })
const RETRIES = 2

const stop = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort())

// From the start of the record: what was retried before this program began is refused, and that is fine.
for await (const { data } of follow(cairn, { types: ['task.failed'], after: 0, signal: stop.signal })) {
  const { id, number, title } = data['task'] as { id: string; number: number; title: string }
  try {
    const metadata = await cairn.get('/tasks/{task_id}/metadata', { params: { path: { task_id: id } } })
    const retried = Number((metadata as Record<string, string>)['retry_count'] ?? 0)
    if (retried >= RETRIES) console.log(`#${number} ${title}: failed ${retried + 1} times, left to people`)
    else {
      await cairn.post('/tasks/{task_id}/retry', { params: { path: { task_id: id } } })
      console.log(`#${number} ${title}: ready again, retry ${retried + 1} of ${RETRIES}`)
    }
  } catch (error) {
    if (!isProblem(error, 'not_failed', 'task_not_found')) throw error
  }
}
console.log('stopped')
