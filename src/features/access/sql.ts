import { z } from 'zod'
import { query } from '../../kernel/database.ts'
import { Key, Role, User } from './schema.ts'

export const roleJson = (r = 'r'): string => `json_build_object(
  'id', ${r}.id, 'name', ${r}.name, 'description', ${r}.description, 'permissions', ${r}.permissions,
  'built_in', ${r}.built_in, 'version', ${r}.version,
  'created_at', rfc3339(${r}.created_at), 'updated_at', rfc3339(${r}.updated_at))`

export const userJson = (u = 'u'): string => `json_build_object(
  'id', ${u}.id, 'name', ${u}.name, 'email', ${u}.email, 'active', ${u}.active,
  'roles', ARRAY(SELECT r.name FROM user_roles h JOIN roles r ON r.tenant_id = h.tenant_id AND r.id = h.role_id
                 WHERE h.tenant_id = ${u}.tenant_id AND h.user_id = ${u}.id ORDER BY r.name),
  'version', ${u}.version, 'created_at', rfc3339(${u}.created_at), 'updated_at', rfc3339(${u}.updated_at))`

/** All of a key but its hash. */
export const keyJson = (k = 'k'): string => `json_build_object(
  'id', ${k}.id, 'user_id', ${k}.user_id, 'name', ${k}.name, 'prefix', ${k}.prefix,
  'expires_at', rfc3339(${k}.expires_at), 'revoked_at', rfc3339(${k}.revoked_at),
  'last_used_at', rfc3339(${k}.last_used_at), 'version', ${k}.version,
  'created_at', rfc3339(${k}.created_at), 'updated_at', rfc3339(${k}.updated_at))`

const Nothing = z.object({})
const RoleRow = z.object({ role: Role })
const UserRow = z.object({ user: User })
const KeyRow = z.object({ key: Key })

/** A page in the order of ids, after `$2`; `$3` rows, `$4` left out. */
const paged = (table: string, alias: string, condition = 'true'): string =>
  `FROM ${table} ${alias} WHERE ${alias}.tenant_id = $1 AND ${alias}.id > $2 AND ${condition}
   ORDER BY ${alias}.id LIMIT $3 OFFSET $4`

export const listRoles = query(
  'access.list_roles',
  RoleRow,
  `SELECT ${roleJson()} AS role ${paged('roles', 'r')}`,
)

export const findRole = query(
  'access.find_role',
  RoleRow,
  `SELECT ${roleJson()} AS role FROM roles r WHERE r.tenant_id = $1 AND r.id = $2`,
)

/** Roles by names (`$2`) and ids (`$3`), locked: they stay what they are until whoever is given them has them. */
export const findRoles = query(
  'access.find_roles',
  RoleRow,
  `SELECT ${roleJson()} AS role FROM roles r
   WHERE r.tenant_id = $1 AND (r.name = ANY($2::text[]) OR r.id = ANY($3::uuid[])) ORDER BY r.id FOR SHARE`,
)

/** The roles that a locked user holds, locked. */
export const heldRoles = query(
  'access.held_roles',
  RoleRow,
  `SELECT ${roleJson()} AS role
   FROM user_roles h JOIN roles r ON r.tenant_id = h.tenant_id AND r.id = h.role_id
   WHERE h.tenant_id = $1 AND r.tenant_id = $1 AND h.user_id = $2 ORDER BY r.id FOR SHARE OF r`,
)

export const builtInRoles = query(
  'access.built_in_roles',
  RoleRow,
  `SELECT ${roleJson()} AS role FROM roles r WHERE r.tenant_id = $1 AND r.built_in ORDER BY r.name`,
)

export const lockRole = query(
  'access.lock_role',
  RoleRow,
  `SELECT ${roleJson()} AS role FROM roles r WHERE r.tenant_id = $1 AND r.id = $2 FOR UPDATE`,
)

/** No row when the name is taken. */
export const insertRole = query(
  'access.insert_role',
  RoleRow,
  `INSERT INTO roles AS r (tenant_id, id, name, description, permissions, built_in) VALUES ($1, $2, $3, $4, $5, $6)
   ON CONFLICT (tenant_id, name) DO NOTHING RETURNING ${roleJson()} AS role`,
)

/** No row when another role has the name. */
export const updateRole = query(
  'access.update_role',
  RoleRow,
  `UPDATE roles AS r SET name = $3, description = $4, permissions = $5, version = version + 1, updated_at = now()
   WHERE r.tenant_id = $1 AND r.id = $2
     AND NOT EXISTS (SELECT 1 FROM roles o WHERE o.tenant_id = $1 AND o.name = $3 AND o.id <> $2)
   RETURNING ${roleJson()} AS role`,
)

export const deleteRole = query(
  'access.delete_role',
  Nothing,
  `DELETE FROM roles WHERE tenant_id = $1 AND id = $2`,
)

/** Up to ten of those who hold a role. */
export const holdersOf = query(
  'access.holders_of',
  z.object({ user_id: z.string() }),
  `SELECT user_id FROM user_roles WHERE tenant_id = $1 AND role_id = $2 ORDER BY user_id LIMIT 10`,
)

export const listUsers = query(
  'access.list_users',
  UserRow,
  `SELECT ${userJson()} AS user ${paged('users', 'u')}`,
)

export const findUser = query(
  'access.find_user',
  UserRow,
  `SELECT ${userJson()} AS user FROM users u WHERE u.tenant_id = $1 AND u.id = $2`,
)

/** The user's roles are read after this, by a statement of its own: this one may have waited, and its snapshot is older. */
export const lockUser = query(
  'access.lock_user',
  z.object({ id: z.string() }),
  `SELECT id FROM users WHERE tenant_id = $1 AND id = $2 FOR UPDATE`,
)

/** No row when the name is taken. */
export const insertUser = query(
  'access.insert_user',
  z.object({ id: z.string() }),
  `INSERT INTO users (tenant_id, id, name, email) VALUES ($1, $2, $3, $4)
   ON CONFLICT (tenant_id, name) DO NOTHING RETURNING id`,
)

/** No row when another user has the name. */
export const updateUser = query(
  'access.update_user',
  z.object({ id: z.string() }),
  `UPDATE users SET name = $3, email = $4, active = $5, version = version + 1, updated_at = now()
   WHERE tenant_id = $1 AND id = $2
     AND NOT EXISTS (SELECT 1 FROM users o WHERE o.tenant_id = $1 AND o.name = $3 AND o.id <> $2)
   RETURNING id`,
)

export const deleteUser = query(
  'access.delete_user',
  Nothing,
  `DELETE FROM users WHERE tenant_id = $1 AND id = $2`,
)

/** Makes `$3` all the roles that a user holds. */
export const setRoles = query(
  'access.set_roles',
  Nothing,
  `WITH gone AS (
     DELETE FROM user_roles WHERE tenant_id = $1 AND user_id = $2 AND role_id <> ALL($3::uuid[])
   )
   INSERT INTO user_roles (tenant_id, user_id, role_id) SELECT $1, $2, role_id FROM unnest($3::uuid[]) AS role_id
   ON CONFLICT DO NOTHING`,
)

/** What a user's roles permit, `admin_all` as itself. */
export const permissionsOf = query(
  'access.permissions_of',
  z.object({ permission: z.string() }),
  `SELECT DISTINCT unnest(r.permissions) AS permission
   FROM user_roles h JOIN roles r ON r.tenant_id = h.tenant_id AND r.id = h.role_id
   WHERE h.tenant_id = $1 AND r.tenant_id = $1 AND h.user_id = $2`,
)

/** `$5`: of one user only, where it is given. */
export const listKeys = query(
  'access.list_keys',
  KeyRow,
  `SELECT ${keyJson()} AS key ${paged('api_keys', 'k', '($5::uuid IS NULL OR k.user_id = $5)')}`,
)

export const findKey = query(
  'access.find_key',
  KeyRow,
  `SELECT ${keyJson()} AS key FROM api_keys k WHERE k.tenant_id = $1 AND k.id = $2`,
)

export const lockKey = query(
  'access.lock_key',
  KeyRow,
  `SELECT ${keyJson()} AS key FROM api_keys k WHERE k.tenant_id = $1 AND k.id = $2 FOR UPDATE`,
)

export const insertKey = query(
  'access.insert_key',
  KeyRow,
  `INSERT INTO api_keys AS k (tenant_id, id, user_id, name, prefix, hash, expires_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${keyJson()} AS key`,
)

/** Revoking (`$5`) stands once it is done, at its first time. */
export const updateKey = query(
  'access.update_key',
  KeyRow,
  `UPDATE api_keys AS k SET name = $3, expires_at = $4,
     revoked_at = CASE WHEN $5::boolean THEN coalesce(revoked_at, now()) ELSE revoked_at END,
     version = version + 1, updated_at = now()
   WHERE k.tenant_id = $1 AND k.id = $2 RETURNING ${keyJson()} AS key`,
)

export const deleteKey = query(
  'access.delete_key',
  Nothing,
  `DELETE FROM api_keys WHERE tenant_id = $1 AND id = $2`,
)

export const deleteKeysOf = query(
  'access.delete_keys_of',
  KeyRow,
  `DELETE FROM api_keys AS k WHERE k.tenant_id = $1 AND k.user_id = $2 RETURNING ${keyJson()} AS key`,
)
