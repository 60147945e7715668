import { z } from 'zod'
import { pageById } from '../../kernel/cursor.ts'
import { Page } from '../../kernel/page.ts'
import { requireVersion, type Ctx } from '../../kernel/context.ts'
import { Id, newId } from '../../kernel/ids.ts'
import { operation } from '../../kernel/operation.ts'
import { notFound, Problem } from '../../kernel/problem.ts'
import { appendToRecord, recordChange } from '../../kernel/record.ts'
import { newSecret } from './key-secret.ts'
import { DEFAULT_TENANT } from './permissions.ts'
import { differs, nameTaken } from './reading.ts'
import { ChangeTenant, CreateTenant, NewTenant, Tenant } from './schema.ts'
import * as sql from './sql.ts'
import * as tenantSql from './tenant-sql.ts'

const example = {
  id: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a40',
  name: 'acme',
  configuration: {},
  version: 1,
  created_at: '2026-11-22T09:30:00.000000Z',
  updated_at: '2026-11-22T09:30:00.000000Z',
}

async function lockTenant(ctx: Ctx, id: string): Promise<Tenant> {
  const [row] = await tenantSql.lockTenant(ctx, id)
  if (!row) throw notFound('tenant', id)
  requireVersion(ctx, 'tenant', row.tenant.version)
  return row.tenant
}

/** Furnishes a new tenant: the built-in roles, the user `admin`, and its key. The tenant's own record begins with them. */
async function furnish(ctx: Ctx, tenant: string): Promise<{ admin_user_id: string; key: string }> {
  const inside = { db: ctx.db, tenant }
  const created: { type: string; entity: { id: string } }[] = []
  const models = await sql.builtInRoles({ db: ctx.db, tenant: DEFAULT_TENANT })
  for (const { role: model } of models) {
    const { name, description, permissions } = model
    const [row] = await sql.insertRole(inside, newId(), name, description, permissions, true)
    created.push({ type: 'role', entity: row!.role })
  }
  const admin = created.filter(({ entity }) => 'name' in entity && entity.name === 'admin')
  const [user] = await sql.insertUser(inside, newId(), 'admin', null)
  await sql.setRoles(
    inside,
    user!.id,
    admin.map(({ entity }) => entity.id),
  )
  const [found] = await sql.findUser(inside, user!.id)
  created.push({ type: 'user', entity: found!.user })
  const { key, prefix, hash } = newSecret()
  const [row] = await sql.insertKey(inside, newId(), user!.id, 'first key', prefix, hash, null)
  created.push({ type: 'key', entity: row!.key })
  await appendToRecord(
    inside,
    ctx.origin,
    created.map(({ type, entity }) => ({
      event_type: `${type}.created`,
      entity_type: type,
      entity_id: entity.id,
      old_values: null,
      new_values: entity,
    })),
  )
  return { admin_user_id: user!.id, key }
}

/** Creates a tenant with its built-in roles, the user `admin` and their first key, shown this once. */
export const createTenant = operation({
  name: 'access.create_tenant',
  summary: 'Create a tenant, its administrator and their key',
  description:
    'The tenant comes with the built-in roles and a user `admin` who holds the role `admin`; the key is shown this once. Where that answer is lost, delete the tenant and create it anew: nobody else can make a key there.',
  http: { method: 'POST', path: '/tenants', status: 201 },
  permission: 'operator',
  runs: 'transaction',
  versioned: true,
  input: CreateTenant,
  output: NewTenant,
  problems: { name_taken: 409 },
  withoutSecret: (output) => ({ ...output, key: null }),
  examples: [
    {
      summary: 'By its name',
      input: { name: 'acme' },
      output: {
        ...example,
        admin_user_id: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a41',
        key: 'cairn_AbCd1234_k3cOyb0NcXTtHT5nmyVYf6ZBuqXLm2q7p9wTzG4uSxE',
      },
    },
  ],
  async run(ctx, { name, configuration }) {
    const [row] = await tenantSql.insertTenant(ctx, newId(), name, JSON.stringify(configuration))
    if (!row) throw nameTaken('tenant', name)
    recordChange(ctx, 'tenant.created', null, row.tenant)
    return { ...row.tenant, ...(await furnish(ctx, row.tenant.id)) }
  },
})

/** Lists all tenants of the installation. */
export const listTenants = operation({
  name: 'access.list_tenants',
  summary: 'List tenants',
  http: { method: 'GET', path: '/tenants', status: 200 },
  permission: 'operator',
  runs: 'read',
  input: z.strictObject({ ...Page }),
  output: z.array(Tenant),
  examples: [{ summary: 'All', input: {}, output: [example] }],
  run: (ctx, { offset, ...page }) =>
    pageById(ctx, 'tenants', page, async (after, rows) =>
      (await tenantSql.listTenants(ctx, after, rows, offset)).map(({ tenant }) => tenant),
    ),
})

/** Reads one tenant. Throws `tenant_not_found` (404). */
export const getTenant = operation({
  name: 'access.get_tenant',
  summary: 'Get a tenant',
  http: { method: 'GET', path: '/tenants/:tenant_id', status: 200 },
  permission: 'operator',
  runs: 'read',
  versioned: true,
  input: z.strictObject({ tenant_id: Id }),
  output: Tenant,
  problems: { tenant_not_found: 404 },
  examples: [{ summary: 'One', input: { tenant_id: example.id }, output: example }],
  async run(ctx, { tenant_id }) {
    const [row] = await tenantSql.findTenant(ctx, tenant_id)
    if (!row) throw notFound('tenant', tenant_id)
    return row.tenant
  },
})

/** Renames a tenant, or replaces its configuration. */
export const updateTenant = operation({
  name: 'access.update_tenant',
  summary: "Change a tenant's name or configuration",
  description: 'configuration, where given, replaces the whole of it.',
  http: { method: 'PATCH', path: '/tenants/:tenant_id', status: 200 },
  permission: 'operator',
  runs: 'transaction',
  versioned: true,
  precondition: true,
  input: ChangeTenant,
  output: Tenant,
  problems: { tenant_not_found: 404, name_taken: 409 },
  examples: [
    {
      summary: 'Its configuration',
      input: { tenant_id: example.id, configuration: { region: 'eu' } },
      output: { ...example, configuration: { region: 'eu' }, version: 2 },
    },
  ],
  async run(ctx, { tenant_id, ...wanted }) {
    const before = await lockTenant(ctx, tenant_id)
    if (!differs(before, wanted)) return before
    const { name, configuration } = { ...before, ...wanted }
    const [row] = await tenantSql.updateTenant(ctx, tenant_id, name, JSON.stringify(configuration))
    if (!row) throw nameTaken('tenant', name)
    recordChange(ctx, 'tenant.updated', before, row.tenant)
    return row.tenant
  },
})

/** Deletes a tenant and every row of it in one transaction; the operator's own record keeps that it was deleted. */
export const deleteTenant = operation({
  name: 'access.delete_tenant',
  summary: 'Delete a tenant with everything in it',
  description:
    'Tasks, history, audit trail, people, roles and keys are gone for good, what requests under way still wrote within a minute. The tenant `default` stays.',
  http: { method: 'DELETE', path: '/tenants/:tenant_id', status: 204 },
  permission: 'operator',
  runs: 'transaction',
  precondition: true,
  input: z.strictObject({ tenant_id: Id }),
  output: z.void(),
  problems: { tenant_not_found: 404, default_tenant: 409 },
  async run(ctx, { tenant_id }) {
    if (tenant_id === DEFAULT_TENANT)
      throw new Problem('default_tenant', 409, "The tenant `default` is the operator's own and stays.")
    const tenant = await lockTenant(ctx, tenant_id)
    const inside = { db: ctx.db, tenant: tenant_id }
    await tenantSql.deleteTenant(inside)
    if (!(await tenantSql.emptyTenant(inside, ctx.app.tables)))
      ctx.log.info(
        { tenant: tenant_id },
        'a deleted tenant was still at work; its rows are swept away shortly',
      )
    recordChange(ctx, 'tenant.deleted', tenant, null)
  },
})
