import { z } from 'zod'
import { pageById } from '../../kernel/cursor.ts'
import { Page } from '../../kernel/page.ts'
import { requireVersion, type Ctx } from '../../kernel/context.ts'
import { Id, newId } from '../../kernel/ids.ts'
import { operation } from '../../kernel/operation.ts'
import { notFound } from '../../kernel/problem.ts'
import { recordChange } from '../../kernel/record.ts'
import { refuseGrant } from './permissions.ts'
import { differs, nameTaken } from './reading.ts'
import { ChangeUser, CreateUser, looksLikeId, User, type Role } from './schema.ts'
import * as sql from './sql.ts'

const example = {
  id: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a10',
  name: 'bifrost',
  email: null,
  active: true,
  roles: ['agent'],
  version: 1,
  created_at: '2026-11-22T09:30:00.000000Z',
  updated_at: '2026-11-22T09:30:00.000000Z',
}

/** Reads one user. Throws `user_not_found` (404). */
async function requireUser(ctx: Ctx, id: string): Promise<User> {
  const [row] = await sql.findUser(ctx, id)
  if (!row) throw notFound('user', id)
  return row.user
}

/**
 * Locks one user with the roles that they hold, and reads them as they then are: unlocked, a role's name might go to another one
 * before the commit. Throws `user_not_found` (404).
 */
export async function lockUser(ctx: Ctx, id: string): Promise<{ user: User; held: Role[] }> {
  await sql.lockUser(ctx, id)
  const held = await sql.heldRoles(ctx, id)
  return { user: await requireUser(ctx, id), held: held.map(({ role }) => role) }
}

/** Roles by their names or ids. Throws `role_not_found` (404) for the first that is not there. */
async function rolesOf(ctx: Ctx, refs: readonly string[]): Promise<Role[]> {
  if (refs.length === 0) return []
  const ids = refs.filter(looksLikeId).map((id) => id.toLowerCase())
  const names = refs.filter((ref) => !looksLikeId(ref))
  const found = (await sql.findRoles(ctx, names, ids)).map(({ role }) => role)
  for (const ref of [...ids, ...names])
    if (!found.some((role) => role.id === ref || role.name === ref)) throw notFound('role', ref)
  return found
}

/** Throws `cannot_grant` (403) when these roles permit what the caller lacks. */
const refuseRoles = (ctx: Ctx, roles: readonly Role[]): void =>
  refuseGrant(
    ctx.caller,
    roles.flatMap((role) => role.permissions),
  )

/** Creates a user. Throws `cannot_grant` (403) for a role that permits more than the caller may. */
export const createUser = operation({
  name: 'access.create_user',
  summary: 'Create a user',
  description:
    'A person or an agent: whoever keys are made for. What they may do is what their roles permit.',
  http: { method: 'POST', path: '/users', status: 201 },
  permission: 'manage_access',
  runs: 'transaction',
  versioned: true,
  input: CreateUser,
  output: User,
  problems: { cannot_grant: 403, role_not_found: 404, name_taken: 409 },
  examples: [{ summary: 'An agent', input: { name: 'bifrost', roles: ['agent'] }, output: example }],
  async run(ctx, { name, email, roles }) {
    const held = await rolesOf(ctx, roles)
    refuseRoles(ctx, held)
    const [row] = await sql.insertUser(ctx, newId(), name, email)
    if (!row) throw nameTaken('user', name)
    await sql.setRoles(
      ctx,
      row.id,
      held.map((role) => role.id),
    )
    const user = await requireUser(ctx, row.id)
    recordChange(ctx, 'user.created', null, user)
    return user
  },
})

/** Lists the tenant's users. */
export const listUsers = operation({
  name: 'access.list_users',
  summary: 'List users',
  http: { method: 'GET', path: '/users', status: 200 },
  permission: 'manage_access',
  runs: 'read',
  input: z.strictObject({ ...Page }),
  output: z.array(User),
  examples: [{ summary: 'All', input: {}, output: [example] }],
  run: (ctx, { offset, ...page }) =>
    pageById(ctx, 'users', page, async (after, rows) =>
      (await sql.listUsers(ctx, after, rows, offset)).map(({ user }) => user),
    ),
})

/** Reads one user. Throws `user_not_found` (404). */
export const getUser = operation({
  name: 'access.get_user',
  summary: 'Get a user',
  http: { method: 'GET', path: '/users/:user_id', status: 200 },
  permission: 'manage_access',
  runs: 'read',
  versioned: true,
  input: z.strictObject({ user_id: Id }),
  output: User,
  problems: { user_not_found: 404 },
  examples: [{ summary: 'One', input: { user_id: example.id }, output: example }],
  run: (ctx, { user_id }) => requireUser(ctx, user_id),
})

/** Changes a user; `roles`, where given, become all that they hold. */
export const updateUser = operation({
  name: 'access.update_user',
  summary: 'Change a user',
  description:
    'roles, where given, are all that the user then holds. A role can be given, and a user made active again, only by who may do all that they then may. It takes effect within a second.',
  http: { method: 'PATCH', path: '/users/:user_id', status: 200 },
  permission: 'manage_access',
  runs: 'transaction',
  versioned: true,
  precondition: true,
  input: ChangeUser,
  output: User,
  problems: {
    user_not_found: 404,
    role_not_found: 404,
    cannot_grant: 403,
    name_taken: 409,
  },
  examples: [
    {
      summary: 'Other roles',
      input: { user_id: example.id, roles: ['viewer'] },
      output: { ...example, roles: ['viewer'], version: 2 },
    },
  ],
  async run(ctx, { user_id, roles: refs, ...fields }) {
    const { user: before, held } = await lockUser(ctx, user_id)
    requireVersion(ctx, 'user', before.version)
    const roles = refs ? await rolesOf(ctx, refs) : held
    const wanted = { ...before, ...fields, roles: roles.map((role) => role.name).sort() }
    if (!differs({ ...before, roles: before.roles.toSorted() }, wanted)) return before
    const awakened = wanted.active && !before.active
    const has = new Set(held.map((role) => role.id))
    refuseRoles(ctx, awakened ? roles : roles.filter((role) => !has.has(role.id)))
    const [row] = await sql.updateUser(ctx, user_id, wanted.name, wanted.email, wanted.active)
    if (!row) throw nameTaken('user', wanted.name)
    await sql.setRoles(
      ctx,
      user_id,
      roles.map((role) => role.id),
    )
    const after = await requireUser(ctx, user_id)
    recordChange(ctx, 'user.updated', before, after)
    return after
  },
})

/** Deletes a user and their keys. */
export const deleteUser = operation({
  name: 'access.delete_user',
  summary: 'Delete a user and their keys',
  http: { method: 'DELETE', path: '/users/:user_id', status: 204 },
  permission: 'manage_access',
  runs: 'transaction',
  precondition: true,
  input: z.strictObject({ user_id: Id }),
  output: z.void(),
  problems: { user_not_found: 404 },
  async run(ctx, { user_id }) {
    const { user } = await lockUser(ctx, user_id)
    requireVersion(ctx, 'user', user.version)
    for (const { key } of await sql.deleteKeysOf(ctx, user_id)) recordChange(ctx, 'key.deleted', key, null)
    await sql.deleteUser(ctx, user_id)
    recordChange(ctx, 'user.deleted', user, null)
  },
})
