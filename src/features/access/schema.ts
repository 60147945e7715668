import { z } from 'zod'
import { byteLength } from '../../kernel/characters.ts'
import { Id } from '../../kernel/ids.ts'
import { Time } from '../../kernel/time.ts'

const Version = z.int().meta({ description: 'Grows with every change; the ETag' })

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Whether a text names a thing by its id rather than by its name. */
export const looksLikeId = (text: string): boolean => UUID.test(text)

export const Name = z
  .string()
  .min(1)
  .max(100)
  .refine((name) => name.trim() !== '', 'must not be blank')
  .refine((name) => !looksLikeId(name), 'must not look like a UUID')
  .meta({ description: '1 to 100 characters' })

const Configuration = z
  .record(z.string(), z.unknown())
  .refine((value) => byteLength(JSON.stringify(value)) <= 65_536, 'must be at most 64 KiB of JSON')
  .meta({ description: 'A JSON object of up to 64 KiB. It is part of the record: put no secrets in it' })

/** A tenant as it is answered, and as the record keeps it. */
export const Tenant = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    configuration: z.record(z.string(), z.unknown()),
    version: Version,
    created_at: Time,
    updated_at: Time,
  })
  .meta({ id: 'Tenant' })
export type Tenant = z.output<typeof Tenant>

const ShownOnce = z
  .string()
  .nullable()
  .meta({ description: 'The secret key, shown this once; null when an Idempotency-Key replays the answer' })

/** A new tenant with the way into it. */
export const NewTenant = Tenant.extend({
  admin_user_id: z.uuid().meta({ description: 'The user `admin`, who holds the role `admin`' }),
  key: ShownOnce,
}).meta({ id: 'NewTenant' })

export const CreateTenant = z.strictObject({ name: Name, configuration: Configuration.default({}) })
export const ChangeTenant = z.strictObject({
  tenant_id: Id,
  name: Name.optional(),
  configuration: Configuration.optional(),
})

const Permissions = z
  .array(z.string().min(1).max(64))
  .max(100)
  .transform((permissions) => [...new Set(permissions)].sort())
  .meta({ description: 'Names of permissions', examples: [['read_tasks', 'update_tasks']] })

/** A role as it is answered, and as the record keeps it. */
export const Role = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    description: z.string(),
    permissions: z.array(z.string()),
    built_in: z.boolean().meta({ description: 'Comes with every tenant and cannot be changed' }),
    version: Version,
    created_at: Time,
    updated_at: Time,
  })
  .meta({ id: 'Role' })
export type Role = z.output<typeof Role>

const RoleDescription = z.string().max(1000).meta({ description: 'Up to 1000 characters' })

export const CreateRole = z.strictObject({
  name: Name,
  description: RoleDescription.default(''),
  permissions: Permissions,
})
export const ChangeRole = z.strictObject({
  role_id: Id,
  name: Name.optional(),
  description: RoleDescription.optional(),
  permissions: Permissions.optional(),
})

/** A user as it is answered, and as the record keeps it. */
export const User = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    email: z.string().nullable(),
    active: z.boolean().meta({ description: 'The keys of a user who is not active open nothing' }),
    roles: z.array(z.string()).meta({ description: 'Names of roles' }),
    version: Version,
    created_at: Time,
    updated_at: Time,
  })
  .meta({ id: 'User' })
export type User = z.output<typeof User>

const Email = z.email('must be an email address').max(320).nullable()
const RoleRefs = z
  .array(z.string().min(1).max(100))
  .max(50)
  .transform((roles) => [...new Set(roles)])
  .meta({ description: 'Names or ids of roles', examples: [['agent']] })

// The record shows who did what by name: nobody may pass for these two.
const UserName = Name.refine(
  (name) => !['operator', 'system'].includes(name.trim().toLowerCase()),
  'is reserved; choose another name',
)

export const CreateUser = z.strictObject({
  name: UserName,
  email: Email.default(null),
  roles: RoleRefs.default([]),
})
export const ChangeUser = z.strictObject({
  user_id: Id,
  name: UserName.optional(),
  email: Email.optional(),
  roles: RoleRefs.optional(),
  active: z.boolean().optional(),
})

/** A key as it is answered, and as the record keeps it: without the secret and without its hash. */
export const Key = z
  .strictObject({
    id: z.uuid(),
    user_id: z.uuid(),
    name: z.string(),
    prefix: z.string().meta({ description: 'How the key begins: enough to tell it from others' }),
    expires_at: Time.nullable(),
    revoked_at: Time.nullable(),
    last_used_at: Time.nullable().meta({ description: 'Kept to the minute' }),
    version: Version,
    created_at: Time,
    updated_at: Time,
  })
  .meta({ id: 'Key' })
export type Key = z.output<typeof Key>

/** A new key with its secret. */
export const NewKey = Key.extend({ key: ShownOnce }).meta({ id: 'NewKey' })
export type NewKey = z.output<typeof NewKey>

// Four digits of the year are all that answers spell.
const LATEST = Date.UTC(9999, 11, 30)

const Expiry = z.iso
  .datetime({ offset: true })
  .refine((time) => Date.parse(time) > Date.now(), 'must be in the future')
  .refine((time) => Date.parse(time) < LATEST, 'must be before the year 10000')
  .nullable()
  .meta({ description: 'RFC 3339; null: never', examples: ['2099-01-01T00:00:00Z'] })

export const CreateKey = z.strictObject({
  name: Name,
  user_id: Id.optional().meta({ description: "Whose key it is: the caller's own unless given" }),
  expires_at: Expiry.default(null),
})
export const ChangeKey = z.strictObject({
  key_id: Id,
  name: Name.optional(),
  expires_at: Expiry.optional(),
  revoked: z.literal(true).optional().meta({ description: 'Ends the key for good, within a second' }),
})

/** Who the caller is. */
export const Whoami = z
  .strictObject({
    tenant: z.strictObject({ id: z.uuid(), name: z.string() }),
    actor: z.strictObject({
      kind: z.enum(['operator', 'user', 'system']),
      id: z.uuid().nullable(),
      name: z.string(),
    }),
    permissions: z
      .array(z.string())
      .meta({ description: 'All that the caller may do; admin_all spelled out' }),
    roles: z.array(z.string()).meta({ description: 'Names of roles' }),
    key: z
      .strictObject({ prefix: z.string(), expires_at: Time.nullable() })
      .nullable()
      .meta({ description: "null for the operator's key" }),
    operator: z.boolean().meta({ description: "Whether this is the operator's key" }),
  })
  .meta({ id: 'Whoami' })
