import { z } from 'zod'
import { pageById } from '../../kernel/cursor.ts'
import { Page } from '../../kernel/page.ts'
import { requireVersion, type Ctx } from '../../kernel/context.ts'
import { Id, newId } from '../../kernel/ids.ts'
import { operation } from '../../kernel/operation.ts'
import { notFound, validationFailed } from '../../kernel/problem.ts'
import { recordChange } from '../../kernel/record.ts'
import { newSecret } from './key-secret.ts'
import { refuseGrant } from './permissions.ts'
import { differs } from './reading.ts'
import { ChangeKey, CreateKey, Key, NewKey } from './schema.ts'
import * as sql from './sql.ts'
import { lockUser } from './users.ts'

const example = {
  id: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a30',
  user_id: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a10',
  name: 'bifrost on the build host',
  prefix: 'cairn_AbCd1234',
  expires_at: null,
  revoked_at: null,
  last_used_at: null,
  version: 1,
  created_at: '2026-11-22T09:30:00.000000Z',
  updated_at: '2026-11-22T09:30:00.000000Z',
}

/** Throws `cannot_grant` (403) when the user may do more than the caller: their key would lend it. */
async function refuseKeyOf(ctx: Ctx, userId: string): Promise<void> {
  const rows = await sql.permissionsOf(ctx, userId)
  refuseGrant(
    ctx.caller,
    rows.map((row) => row.permission),
  )
}

async function lockKey(ctx: Ctx, id: string): Promise<Key> {
  const [row] = await sql.lockKey(ctx, id)
  if (!row) throw notFound('key', id)
  requireVersion(ctx, 'key', row.key.version)
  return row.key
}

/** Creates a key of a user and shows its secret this once. Throws `cannot_grant` (403) for who may do more than the caller. */
export const createKey = operation({
  name: 'access.create_key',
  summary: 'Create a key of a user',
  description:
    "The secret is shown this once and never again. A key may do what its user's roles permit; it can be made only by who may do as much.",
  http: { method: 'POST', path: '/keys', status: 201 },
  permission: 'manage_access',
  runs: 'transaction',
  versioned: true,
  input: CreateKey,
  output: NewKey,
  problems: { cannot_grant: 403, user_not_found: 404 },
  withoutSecret: (output) => ({ ...output, key: null }),
  examples: [
    {
      summary: 'For an agent',
      input: { name: example.name, user_id: example.user_id },
      output: { ...example, key: 'cairn_AbCd1234_k3cOyb0NcXTtHT5nmyVYf6ZBuqXLm2q7p9wTzG4uSxE' },
    },
  ],
  async run(ctx, { name, user_id, expires_at }) {
    const userId = user_id ?? ctx.caller.actor.id
    if (userId === null)
      throw validationFailed([{ path: 'user_id', message: 'must name a user, since the operator is none' }])
    await lockUser(ctx, userId)
    await refuseKeyOf(ctx, userId)
    const { key, prefix, hash } = newSecret()
    const [row] = await sql.insertKey(ctx, newId(), userId, name, prefix, hash, expires_at)
    recordChange(ctx, 'key.created', null, row!.key)
    return { ...row!.key, key }
  },
})

/** Lists the tenant's keys, or one user's. */
export const listKeys = operation({
  name: 'access.list_keys',
  summary: 'List keys',
  http: { method: 'GET', path: '/keys', status: 200 },
  permission: 'manage_access',
  runs: 'read',
  input: z.strictObject({
    user_id: Id.optional().meta({ description: 'Only the keys of this user' }),
    ...Page,
  }),
  output: z.array(Key),
  examples: [{ summary: "One user's", input: { user_id: example.user_id }, output: [example] }],
  run: (ctx, { user_id, offset, ...page }) =>
    pageById(ctx, `keys ${user_id ?? ''}`, page, async (after, rows) =>
      (await sql.listKeys(ctx, after, rows, offset, user_id ?? null)).map(({ key }) => key),
    ),
})

/** Reads one key, without its secret. Throws `key_not_found` (404). */
export const getKey = operation({
  name: 'access.get_key',
  summary: 'Get a key, without its secret',
  http: { method: 'GET', path: '/keys/:key_id', status: 200 },
  permission: 'manage_access',
  runs: 'read',
  versioned: true,
  input: z.strictObject({ key_id: Id }),
  output: Key,
  problems: { key_not_found: 404 },
  examples: [{ summary: 'One', input: { key_id: example.id }, output: example }],
  async run(ctx, { key_id }) {
    const [row] = await sql.findKey(ctx, key_id)
    if (!row) throw notFound('key', key_id)
    return row.key
  },
})

const later = (wanted: string | null, stands: string | null): boolean =>
  stands !== null && (wanted === null || Date.parse(wanted) > Date.parse(stands))

/** Renames a key, moves its end, or revokes it for good. */
export const updateKey = operation({
  name: 'access.update_key',
  summary: 'Rename, prolong or revoke a key',
  description:
    'A revoked key stays revoked, and opens nothing from a second later on. Only who may do as much as the key can prolong it.',
  http: { method: 'PATCH', path: '/keys/:key_id', status: 200 },
  permission: 'manage_access',
  runs: 'transaction',
  versioned: true,
  precondition: true,
  input: ChangeKey,
  output: Key,
  problems: { key_not_found: 404, cannot_grant: 403 },
  examples: [
    {
      summary: 'Revoke it',
      input: { key_id: example.id, revoked: true },
      output: { ...example, revoked_at: '2026-11-22T10:00:00.000000Z', version: 2 },
    },
  ],
  async run(ctx, { key_id, revoked = false, ...wanted }) {
    const before = await lockKey(ctx, key_id)
    const revokes = revoked && before.revoked_at === null
    if (!revokes && !differs(before, wanted)) return before
    const { name, expires_at } = { ...before, ...wanted }
    if (later(expires_at, before.expires_at)) await refuseKeyOf(ctx, before.user_id)
    const [row] = await sql.updateKey(ctx, key_id, name, expires_at, revoked)
    recordChange(ctx, revokes ? 'key.revoked' : 'key.updated', before, row!.key)
    return row!.key
  },
})

/** Revokes a key and removes it. */
export const deleteKey = operation({
  name: 'access.delete_key',
  summary: 'Revoke a key and remove it',
  description: 'It opens nothing from a second later on.',
  http: { method: 'DELETE', path: '/keys/:key_id', status: 204 },
  permission: 'manage_access',
  runs: 'transaction',
  precondition: true,
  input: z.strictObject({ key_id: Id }),
  output: z.void(),
  problems: { key_not_found: 404 },
  async run(ctx, { key_id }) {
    const key = await lockKey(ctx, key_id)
    await sql.deleteKey(ctx, key_id)
    recordChange(ctx, 'key.deleted', key, null)
  },
})
