import { holds, type Caller } from '../../kernel/context.ts'
import { Problem, validationFailed } from '../../kernel/problem.ts'

/** The tenant that the operator's key speaks for; every installation has it. */
export const DEFAULT_TENANT = '00000000-0000-7000-8000-000000000001'

/** What a role may permit (contract section 8), each in one sentence. */
export const PERMISSIONS = {
  read_tasks: 'See tasks, their dependencies, executions and events',
  create_tasks: 'Create tasks',
  update_tasks: 'Change tasks, their tags, metadata and dependencies',
  assign_tasks: 'Hand tasks to workers, and override their leases',
  delete_tasks: 'Delete tasks',
  execute_tasks: 'Claim, start, complete and release work',
  import_tasks: 'Bring tasks in from other tools',
  read_audit: 'Read the audit trail, and the events of people, roles and keys',
  manage_webhooks: 'Create, change and delete webhooks',
  manage_workers: 'Register and retire workers',
  manage_access: 'Manage users, roles and keys, granting no more than one holds',
  admin_all: 'All permissions within the tenant',
} as const satisfies Record<string, string>

/** `admin_all` spelled out: the permissions of somebody whose roles hold `granted`, `known` being all there are. */
export const effective = (granted: readonly string[], known: Iterable<string>): Set<string> =>
  new Set(granted.includes('admin_all') ? [...known, ...granted] : granted)

/** Throws `cannot_grant` (403) when `permissions` hold one that the caller lacks: nobody grants what they lack. */
export function refuseGrant(caller: Caller, permissions: Iterable<string>): void {
  const lacking = [...new Set(permissions)].filter((each) => !holds(caller, each)).sort()
  if (lacking.length > 0)
    throw new Problem(
      'cannot_grant',
      403,
      `This would grant ${lacking.join(', ')}, which this key's user lacks; ask somebody who holds it.`,
      { lacking },
    )
}

/** Throws `validation_failed` (400) naming each of `permissions` that no feature declares. */
export function requireKnown(permissions: readonly string[], known: Readonly<Record<string, string>>): void {
  const faults = permissions.flatMap((permission, index) =>
    Object.hasOwn(known, permission)
      ? []
      : [{ path: `permissions.${index}`, message: `is none of ${Object.keys(known).join(', ')}` }],
  )
  if (faults.length > 0) throw validationFailed(faults)
}
