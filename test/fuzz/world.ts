import type { Pool } from './pool.ts'
import type { Keys } from './request.ts'

/** Where a server is, and the key that may do everything there. */
export interface Target {
  readonly url: string
  readonly key: string
}

/**
 * Plants one or more things of each kind, so that requests have something to hit, and answers the keys to call with. What
 * it made is in `pool`; `name` tells one world of a server from another.
 */
export async function plant({ url, key: operator }: Target, pool: Pool, name: string): Promise<Keys> {
  async function post<T>(path: string, body: unknown): Promise<T> {
    const headers = { authorization: `Bearer ${operator}`, 'content-type': 'application/json' }
    const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    const value = (await answer.json()) as T
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${JSON.stringify(value)}`)
    pool.harvest(path, value)
    return value
  }
  const keyOf = async (role: string): Promise<{ id: string; key: string }> => {
    const user = await post<{ id: string }>('/users', { name: `a ${role} ${name}`, roles: [role] })
    return post('/keys', { name: `of a ${role}`, user_id: user.id })
  }
  await post(
    '/tasks/batch',
    Array.from({ length: 40 }, (_, index) => ({
      ref: `t${index}`,
      title: `task ${index}`,
      tags: index % 2 ? ['api'] : ['docs', 'coder'],
      metadata: { branch: `b${index}` },
      depends_on: index % 4 === 3 ? [`t${index - 1}`] : [],
    })),
  )
  const claim = { worker_id: 'w', agent_type: 'coder', count: 5, lease_seconds: 3600 }
  for (let round = 0; round < 3; round++) {
    const [failing] = await post<{ execution: { id: string }; lease: { token: number } }[]>(
      '/tasks/claim',
      claim,
    )
    if (!failing) continue
    const { execution, lease } = failing
    await post(`/executions/${execution.id}/complete`, { success: false, lease_token: lease.token })
  }
  const webhook = await post<{ id: string }>('/webhooks', {
    url: 'http://127.0.0.1:9/',
    event_types: ['task.deleted'],
  })
  await post(`/webhooks/${webhook.id}/test`, undefined)
  await post('/roles', { name: `reader ${name}`, permissions: ['read_tasks'] })
  const tenant = await post<{ key: string }>('/tenants', { name: `another ${name}` })
  const [viewer, agent] = [await keyOf('viewer'), await keyOf('agent')]
  return { operator, others: [viewer.key, agent.key, tenant.key] }
}
