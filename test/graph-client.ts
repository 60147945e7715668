import assert from 'node:assert/strict'
import { bodyOf } from './answers.ts'
import type { CallOptions, TestAnswer, TestServer } from './server.ts'
import { TestSocket } from './sockets.ts'

/** An error of GraphQL, as this server tells it. */
export interface GraphError {
  message: string
  path?: (string | number)[]
  extensions: { code: string; status: number; [member: string]: unknown }
}

export interface GraphAnswer {
  // A test reads what it expects to be there, and fails where it is not.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  data?: any
  errors?: GraphError[]
  extensions?: Record<string, unknown>
}

export const postQuery = (
  server: TestServer,
  query: string,
  variables: object = {},
  options?: CallOptions,
): Promise<TestAnswer> => server.post('/graphql', { query, variables }, options)

/** The answer to a query, whatever it says. */
export const ask = async (
  server: TestServer,
  query: string,
  variables: object = {},
  options?: CallOptions,
): Promise<GraphAnswer> => bodyOf<GraphAnswer>(await postQuery(server, query, variables, options))

/** The data of an answer without errors. */
export async function dataOf(
  server: TestServer,
  query: string,
  variables: object = {},
  options?: CallOptions,
): Promise<GraphAnswer['data']> {
  const answer = await ask(server, query, variables, options)
  assert.equal(answer.errors, undefined, JSON.stringify(answer.errors))
  return answer.data
}

/** The one error of an answer. */
export async function errorOf(
  server: TestServer,
  query: string,
  variables: object = {},
  options?: CallOptions,
): Promise<GraphError> {
  const { errors } = await ask(server, query, variables, options)
  assert.equal(errors?.length, 1, JSON.stringify(errors))
  return errors[0]!
}

/** A socket at /graphql that has not said anything yet. */
export const graphSocket = (
  server: Pick<TestServer, 'url'>,
  protocol = 'graphql-transport-ws',
): Promise<TestSocket> =>
  new TestSocket(`${server.url}/graphql`, {}, protocol === '' ? [] : [protocol]).opened()

/** A socket at /graphql whose key was accepted. */
export async function openGraph(
  server: Pick<TestServer, 'url' | 'key'>,
  key = server.key,
): Promise<TestSocket> {
  const socket = await graphSocket(server)
  socket.say({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } })
  await socket.nextOf('connection_ack')
  return socket
}

/** The names of the statements that are sent while `work` runs, of the operations' own groups. */
export async function statementsOf(server: TestServer, work: () => Promise<unknown>): Promise<string[]> {
  const { pool } = server.app
  const { query } = pool
  const names: string[] = []
  pool.query = function (this: typeof pool, ...given: unknown[]) {
    const name = (given[0] as { name?: string }).name ?? ''
    if (/^(tasks|dependencies|executions|lifecycle)\./.test(name)) names.push(name)
    return Reflect.apply(query, pool, given) as never
  }
  try {
    await work()
  } finally {
    pool.query = query
  }
  return names
}
