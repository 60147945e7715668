import { z } from 'zod'
import { pageById } from '../../kernel/cursor.ts'
import { Page } from '../../kernel/page.ts'
import { requireVersion, type Ctx } from '../../kernel/context.ts'
import { Id, newId } from '../../kernel/ids.ts'
import { operation } from '../../kernel/operation.ts'
import { notFound, Problem } from '../../kernel/problem.ts'
import { recordChange } from '../../kernel/record.ts'
import { refuseGrant, requireKnown } from './permissions.ts'
import { differs, nameTaken } from './reading.ts'
import { ChangeRole, CreateRole, Role } from './schema.ts'
import * as sql from './sql.ts'

const example = {
  id: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a20',
  name: 'reviewer',
  description: 'Reads everything, and the audit trail',
  permissions: ['read_audit', 'read_tasks'],
  built_in: false,
  version: 1,
  created_at: '2026-11-22T09:30:00.000000Z',
  updated_at: '2026-11-22T09:30:00.000000Z',
}

/** Locks a role that may be changed. Throws `role_not_found` (404), `version_mismatch` (412), `built_in_role` (409). */
async function lockRole(ctx: Ctx, id: string): Promise<Role> {
  const [row] = await sql.lockRole(ctx, id)
  if (!row) throw notFound('role', id)
  requireVersion(ctx, 'role', row.role.version)
  if (row.role.built_in)
    throw new Problem(
      'built_in_role',
      409,
      `The role ${row.role.name} is built in and stays as it is; make a role of your own.`,
    )
  return row.role
}

/** Creates a role. Throws `cannot_grant` (403) for a permission that the caller lacks. */
export const createRole = operation({
  name: 'access.create_role',
  summary: 'Create a role',
  description: 'A role holds permissions; nobody can put a permission into one that they lack themselves.',
  http: { method: 'POST', path: '/roles', status: 201 },
  permission: 'manage_access',
  runs: 'transaction',
  versioned: true,
  input: CreateRole,
  output: Role,
  problems: { cannot_grant: 403, name_taken: 409 },
  examples: [
    {
      summary: 'For a reviewer',
      input: { name: 'reviewer', description: example.description, permissions: example.permissions },
      output: example,
    },
  ],
  async run(ctx, { name, description, permissions }) {
    requireKnown(permissions, ctx.app.permissions)
    refuseGrant(ctx.caller, permissions)
    const [row] = await sql.insertRole(ctx, newId(), name, description, permissions, false)
    if (!row) throw nameTaken('role', name)
    recordChange(ctx, 'role.created', null, row.role)
    return row.role
  },
})

/** Lists the tenant's roles, the built-in ones among them. */
export const listRoles = operation({
  name: 'access.list_roles',
  summary: 'List roles',
  http: { method: 'GET', path: '/roles', status: 200 },
  permission: 'manage_access',
  runs: 'read',
  input: z.strictObject({ ...Page }),
  output: z.array(Role),
  examples: [{ summary: 'All', input: {}, output: [example] }],
  run: (ctx, { offset, ...page }) =>
    pageById(ctx, 'roles', page, async (after, rows) =>
      (await sql.listRoles(ctx, after, rows, offset)).map(({ role }) => role),
    ),
})

/** Reads one role. Throws `role_not_found` (404). */
export const getRole = operation({
  name: 'access.get_role',
  summary: 'Get a role',
  http: { method: 'GET', path: '/roles/:role_id', status: 200 },
  permission: 'manage_access',
  runs: 'read',
  versioned: true,
  input: z.strictObject({ role_id: Id }),
  output: Role,
  problems: { role_not_found: 404 },
  examples: [{ summary: 'One', input: { role_id: example.id }, output: example }],
  async run(ctx, { role_id }) {
    const [row] = await sql.findRole(ctx, role_id)
    if (!row) throw notFound('role', role_id)
    return row.role
  },
})

/** Changes a role of one's own making; who holds it has its new permissions within a second. */
export const updateRole = operation({
  name: 'access.update_role',
  summary: 'Change a role',
  description:
    'Who holds the role has its new permissions within a second. A permission can be added only by who holds it.',
  http: { method: 'PATCH', path: '/roles/:role_id', status: 200 },
  permission: 'manage_access',
  runs: 'transaction',
  versioned: true,
  precondition: true,
  input: ChangeRole,
  output: Role,
  problems: {
    role_not_found: 404,
    cannot_grant: 403,
    built_in_role: 409,
    name_taken: 409,
  },
  examples: [
    {
      summary: 'Other permissions',
      input: { role_id: example.id, permissions: ['read_tasks'] },
      output: { ...example, permissions: ['read_tasks'], version: 2 },
    },
  ],
  async run(ctx, { role_id, ...wanted }) {
    const before = await lockRole(ctx, role_id)
    if (!differs(before, wanted)) return before
    const { name, description, permissions } = { ...before, ...wanted }
    requireKnown(wanted.permissions ?? [], ctx.app.permissions)
    refuseGrant(
      ctx.caller,
      permissions.filter((each) => !before.permissions.includes(each)),
    )
    const [row] = await sql.updateRole(ctx, role_id, name, description, permissions)
    if (!row) throw nameTaken('role', name)
    recordChange(ctx, 'role.updated', before, row.role)
    return row.role
  },
})

/** Deletes a role that nobody holds. Throws `role_in_use` (409) with some of those who do. */
export const deleteRole = operation({
  name: 'access.delete_role',
  summary: 'Delete a role that nobody holds',
  http: { method: 'DELETE', path: '/roles/:role_id', status: 204 },
  permission: 'manage_access',
  runs: 'transaction',
  precondition: true,
  input: z.strictObject({ role_id: Id }),
  output: z.void(),
  problems: { role_not_found: 404, built_in_role: 409, role_in_use: 409 },
  async run(ctx, { role_id }) {
    const role = await lockRole(ctx, role_id)
    const holders = await sql.holdersOf(ctx, role_id)
    if (holders.length > 0)
      throw new Problem(
        'role_in_use',
        409,
        `Users still hold the role ${role.name}; take it from them first.`,
        { user_ids: holders.map((each) => each.user_id) },
      )
    await sql.deleteRole(ctx, role_id)
    recordChange(ctx, 'role.deleted', role, null)
  },
})
