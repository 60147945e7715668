/**
 * The built-in roles, as the first migration made them in the operator's tenant and as nobody can change them. New tenants get
 * copies of those. `cairn verify` holds the table against this, since the record tells nothing of what was there before it.
 */
export const BUILT_IN_ROLES: readonly {
  name: string
  description: string
  permissions: readonly string[]
}[] = [
  { name: 'admin', description: 'Everything within the tenant', permissions: ['admin_all'] },
  {
    name: 'orchestrator',
    description: 'Plans and hands out work: tasks in full, imports, the audit trail, workers',
    permissions: [
      'assign_tasks',
      'create_tasks',
      'delete_tasks',
      'execute_tasks',
      'import_tasks',
      'manage_workers',
      'read_audit',
      'read_tasks',
      'update_tasks',
    ],
  },
  {
    name: 'agent',
    description: 'Works on tasks: reads, creates, changes, claims and completes them',
    permissions: ['create_tasks', 'execute_tasks', 'read_tasks', 'update_tasks'],
  },
  { name: 'viewer', description: 'Reads tasks and changes nothing', permissions: ['read_tasks'] },
]
