import type { Task } from '../src/features/tasks/index.ts'
import { bodyOf } from './answers.ts'
import type { TestServer } from './server.ts'

type Fields = object

/** Creates a task; its title is "task" unless given. */
export const createTask = async (server: TestServer, fields: Fields = {}): Promise<Task> =>
  bodyOf<Task>(await server.post('/tasks', { title: 'task', ...fields }), 201)

/** Creates a batch of tasks, in the order given. */
export const createTasks = async (server: TestServer, items: readonly Fields[]): Promise<Task[]> =>
  bodyOf<Task[]>(
    await server.post(
      '/tasks/batch',
      items.map((item) => ({ title: 'task', ...item })),
    ),
    201,
  )

export const readTask = async (server: TestServer, ref: string | number): Promise<Task> =>
  bodyOf<Task>(await server.get(`/tasks/${ref}`))

/** All metadata of a task. */
export const readMetadata = async (
  server: TestServer,
  ref: string | number,
): Promise<Record<string, string>> =>
  bodyOf<Record<string, string>>(await server.get(`/tasks/${ref}/metadata`))

export const patchTask = async (server: TestServer, ref: string | number, fields: Fields): Promise<Task> =>
  bodyOf<Task>(await server.patch(`/tasks/${ref}`, fields))

/** Moves a task through statuses one by one, by PATCH. */
export async function moveTask(
  server: TestServer,
  ref: string | number,
  ...statuses: string[]
): Promise<Task> {
  let task = await readTask(server, ref)
  for (const status of statuses) task = await patchTask(server, ref, { status })
  return task
}
