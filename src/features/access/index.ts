import type { Feature } from '../../kernel/operation.ts'
import { apiKey } from './authenticate.ts'
import { keysCommand } from './commands.ts'
import { sweepStrays } from './duties.ts'
import { createKey, deleteKey, getKey, listKeys, updateKey } from './keys.ts'
import { accessTables } from './migrations/202611220050_access.ts'
import { PERMISSIONS } from './permissions.ts'
import { createRole, deleteRole, getRole, listRoles, updateRole } from './roles.ts'
import { createTenant, deleteTenant, getTenant, listTenants, updateTenant } from './tenants.ts'
import { createUser, deleteUser, getUser, listUsers, updateUser } from './users.ts'
import { whoami } from './whoami.ts'
import { wrongKeysPerMinute } from './wrong-keys.ts'

export { apiKey, authenticate } from './authenticate.ts'
export { BUILT_IN_ROLES } from './built-in-roles.ts'
export { DEFAULT_TENANT } from './permissions.ts'
export { keyJson, roleJson, userJson } from './sql.ts'
export { tenantJson } from './tenant-sql.ts'

/** Tenants, users, roles, keys: who calls, and what they may do. */
export const access: Feature = {
  name: 'access',
  migrations: [accessTables],
  // Tenants and keys are not of one tenant; deleting a tenant sees to them by itself.
  tables: ['user_roles', 'users', 'roles'],
  permissions: PERMISSIONS,
  settings: [apiKey, wrongKeysPerMinute],
  duties: [sweepStrays],
  commands: [keysCommand],
  guides: [
    {
      id: 'keys',
      title: 'A key for each agent',
      introduction:
        "The operator's key may do everything; give each agent and each person one of their own, so that the record tells who did what, and one can be revoked without the others. `cairn keys create NAME` does the first two steps.",
      steps: [
        { operation: 'access.create_user', text: 'Create a user with the roles that it needs.' },
        { operation: 'access.create_key', text: 'Make its key; the secret is shown this once.' },
        { operation: 'access.whoami', text: 'With that key, see what it may do.' },
        { operation: 'access.update_key', text: 'Revoke it when it is lost or no longer needed.' },
      ],
    },
  ],
  operations: [
    whoami,
    createTenant,
    listTenants,
    getTenant,
    updateTenant,
    deleteTenant,
    createUser,
    listUsers,
    getUser,
    updateUser,
    deleteUser,
    createRole,
    listRoles,
    getRole,
    updateRole,
    deleteRole,
    createKey,
    listKeys,
    getKey,
    updateKey,
    deleteKey,
  ],
  events: {
    'tenant.created': 'A tenant was created',
    'tenant.updated': "A tenant's name or configuration changed",
    'tenant.deleted': 'A tenant was deleted with everything in it',
    'user.created': 'A user was created',
    'user.updated': "A user's name, email, roles or activity changed",
    'user.deleted': 'A user was deleted with their keys',
    'role.created': 'A role was created',
    'role.updated': "A role's name, description or permissions changed",
    'role.deleted': 'A role was deleted',
    'key.created': 'A key was created',
    'key.updated': 'A key was renamed, or its end moved',
    'key.revoked': 'A key was revoked for good',
    'key.deleted': 'A key was revoked and removed',
  },
}
