import { Cairn, follow } from '@cairn-codex/client'

// Plans a whole graph in one call, then follows it live until all of it is completed: some agent does the work.
const { CAIRN_URL: url = 'http://127.0.0.1:3000', CAIRN_API_KEY: key = '' } = process.env
const cairn = new Cairn({ url, key })

const tasks = await cairn.post('/tasks/batch', {
  body: [
    { ref: 'schema', title: 'Design the schema' },
    { ref: 'server', title: 'Write the server', depends_on: ['schema'] },
    { ref: 'screens', title: 'Write the screens', depends_on: ['schema'] },
    { ref: 'release', title: 'Release', priority: 5, depends_on: ['server', 'screens'] },
  ],
})
console.log(`planned ${tasks.length} tasks`)

const open = new Map(tasks.map(({ id, title }) => [id, title]))
// From the start of the record: an agent may have been quicker than this program.
for await (const { type, data } of follow(cairn, {
  task_ids: [...open.keys()],
  types: ['task.*'],
  after: 0,
})) {
  const { id } = data['task'] as { id: string }
  if (type === 'task.started' || type === 'task.unblocked') console.log(`${type}: ${open.get(id)}`)
  if (type !== 'task.completed') continue
  console.log(`${type}: ${open.get(id)}`)
  open.delete(id)
  if (open.size === 0) break
}
console.log('all is done')
