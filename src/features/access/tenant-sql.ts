import { z } from 'zod'
import { query, queryAcrossTenants, type Scope } from '../../kernel/database.ts'
import { Tenant } from './schema.ts'

export const tenantJson = (t = 't'): string => `json_build_object(
  'id', ${t}.id, 'name', ${t}.name, 'configuration', ${t}.configuration, 'version', ${t}.version,
  'created_at', rfc3339(${t}.created_at), 'updated_at', rfc3339(${t}.updated_at))`

const Nothing = z.object({})
const TenantRow = z.object({ tenant: Tenant })

export const listTenants = queryAcrossTenants(
  'access.list_tenants',
  TenantRow,
  `SELECT ${tenantJson()} AS tenant FROM tenants t WHERE t.id > $1 ORDER BY t.id LIMIT $2 OFFSET $3`,
)

export const findTenant = queryAcrossTenants(
  'access.find_tenant',
  TenantRow,
  `SELECT ${tenantJson()} AS tenant FROM tenants t WHERE t.id = $1`,
)

export const lockTenant = queryAcrossTenants(
  'access.lock_tenant',
  TenantRow,
  `SELECT ${tenantJson()} AS tenant FROM tenants t WHERE t.id = $1 FOR UPDATE`,
)

/** No row when the name is taken. */
export const insertTenant = queryAcrossTenants(
  'access.insert_tenant',
  TenantRow,
  `INSERT INTO tenants AS t (id, name, configuration) VALUES ($1, $2, $3)
   ON CONFLICT (name) DO NOTHING RETURNING ${tenantJson()} AS tenant`,
)

/** No row when another tenant has the name. */
export const updateTenant = queryAcrossTenants(
  'access.update_tenant',
  TenantRow,
  `UPDATE tenants AS t SET name = $2, configuration = $3, version = version + 1, updated_at = now()
   WHERE t.id = $1 AND NOT EXISTS (SELECT 1 FROM tenants o WHERE o.name = $2 AND o.id <> $1)
   RETURNING ${tenantJson()} AS tenant`,
)

/**
 * Tenants that are gone and still have rows: each change of state appends to the record, and so leaves a row here.
 */
export const strayTenants = queryAcrossTenants(
  'access.stray_tenants',
  z.object({ tenant_id: z.string() }),
  `SELECT h.tenant_id FROM record_heads h
   WHERE NOT EXISTS (SELECT 1 FROM tenants t WHERE t.id = h.tenant_id) LIMIT 10`,
)

const deletions = ['api_keys', 'user_roles', 'users', 'roles'].map((table) =>
  query(`access.delete:${table}`, Nothing, `DELETE FROM ${table} WHERE tenant_id = $1`),
)

const deleteRow = query('access.delete_tenant', Nothing, `DELETE FROM tenants WHERE id = $1`)

/**
 * Deletes a locked tenant and its people, roles and keys: from then on nobody comes in. The tenant's lock keeps new ones
 * out meanwhile, and the users' deletion new holders of roles.
 */
export async function deleteTenant(scope: Scope): Promise<void> {
  for (const deletion of deletions) await deletion(scope)
  await deleteRow(scope)
}

/** A large tenant takes longer to delete than any other statement may take. */
const TEN_MINUTES = 600_000
const allowTenMinutes = queryAcrossTenants(
  'access.allow_ten_minutes',
  z.object({ set_config: z.string() }),
  `SELECT set_config('statement_timeout', '${TEN_MINUTES}', true)`,
)

const emptying = (table: string) =>
  query(`access.empty:${table}`, Nothing, `DELETE FROM ${table} WHERE tenant_id = $1`, TEN_MINUTES)

/** Where a commit leaves its mark until the sequencer has seen it, and where it is seen afterwards. */
const MARK = 'record_pending'
const SEEN = 'record_heads'

const ATTEMPTS = 3

const refersToDeleted = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '23503'

/**
 * Deletes every row of a tenant that is gone in `tables` (children first). Needs a transaction. Returns false, with
 * nothing deleted, where requests that were under way kept adding to what it deleted: it is to be tried again later.
 *
 * First everything goes but the marks of commits, since the sequencer waits for who holds those, and this may take
 * long; then the marks; then what came meanwhile. So a request that commits later has its mark left, the sequencer
 * turns it into a row of `record_heads`, and `strayTenants` finds it.
 */
export async function emptyTenant(scope: Scope, tables: readonly string[]): Promise<boolean> {
  await allowTenMinutes(scope)
  const first = tables.filter((table) => table !== MARK && table !== SEEN)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await scope.db.query('SAVEPOINT untouched')
    try {
      for (const table of [...first, MARK, ...first, SEEN]) await emptying(table)(scope)
      return true
    } catch (error) {
      if (!refersToDeleted(error)) throw error
      await scope.db.query('ROLLBACK TO SAVEPOINT untouched')
    }
  }
  return false
}
