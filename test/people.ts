import { bodyOf } from './answers.ts'
import type { TestServer } from './server.ts'

let made = 0

/** A key of a new user of the default tenant, whose one role holds exactly these permissions. */
export async function keyWith(server: TestServer, permissions: readonly string[]): Promise<string> {
  const name = `person-${++made}`
  const role = bodyOf<{ id: string }>(await server.post('/roles', { name, permissions }), 201)
  const user = bodyOf<{ id: string }>(await server.post('/users', { name, roles: [role.id] }), 201)
  return bodyOf<{ key: string }>(await server.post('/keys', { name, user_id: user.id }), 201).key
}

/** The key of the administrator of a new tenant. */
export async function keyOfNewTenant(server: TestServer): Promise<string> {
  return bodyOf<{ key: string }>(await server.post('/tenants', { name: `tenant-${++made}` }), 201).key
}
