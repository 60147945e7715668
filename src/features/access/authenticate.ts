import { timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Application } from '../../kernel/application.ts'
import type { Caller } from '../../kernel/context.ts'
import { queryAcrossTenants } from '../../kernel/database.ts'
import { Problem } from '../../kernel/problem.ts'
import { optionalSetting } from '../../kernel/settings.ts'
import { hashOf, isWellFormed } from './key-secret.ts'
import { countWrongKey, requireFewWrongKeys } from './wrong-keys.ts'
import { DEFAULT_TENANT, effective } from './permissions.ts'

/** The operator's key. The process that embeds its database makes one when none is given. */
export const apiKey = optionalSetting({
  name: 'CAIRN_API_KEY',
  description: "The operator's key, 32 characters or more; generated where the database is embedded",
  secret: true,
  parse: (text) => {
    if (text.length < 32) throw new Error('must have 32 characters or more')
    if (!/^[\x21-\x7e]+$/.test(text)) throw new Error('must be of visible ASCII characters without blanks')
    return text
  },
})

/** What is known of the key that a caller showed. */
export interface KeyFacts {
  prefix: string
  expires_at: string | null
  /** Names of its user's roles. */
  roles: readonly string[]
}

const factsOf = new WeakMap<Caller, KeyFacts>()

/** The key that `authenticate` made this caller of; undefined for the operator's. */
export const keyFacts = (caller: Caller): KeyFacts | undefined => factsOf.get(caller)

const unauthorized = (detail: string): Problem => new Problem('unauthorized', 401, detail)

const STATES = ['good', 'revoked', 'expired', 'inactive'] as const

const REFUSALS = {
  revoked: 'This key was revoked; ask an administrator for a new one.',
  expired: 'This key has expired; ask an administrator for a new one.',
  inactive: "This key's user is not active; ask an administrator.",
  unknown: 'This key is not known here; check that it is whole, and meant for this server.',
} as const

/** One row a role of the key's user, and one without a role where there is none. */
const keyByHash = queryAcrossTenants(
  'access.key_by_hash',
  z.object({
    id: z.string(),
    tenant_id: z.string(),
    prefix: z.string(),
    expires_at: z.string().nullable(),
    state: z.enum(STATES),
    used_lately: z.boolean(),
    user_id: z.string(),
    user_name: z.string(),
    role: z.string().nullable(),
    permissions: z.array(z.string()).nullable(),
  }),
  `SELECT k.id, k.tenant_id, k.prefix, rfc3339(k.expires_at) AS expires_at,
     CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked' WHEN k.expires_at <= now() THEN 'expired'
          WHEN NOT u.active THEN 'inactive' ELSE 'good' END AS state,
     coalesce(k.last_used_at > now() - interval '1 minute', false) AS used_lately,
     u.id AS user_id, u.name AS user_name, r.name AS role, r.permissions
   FROM api_keys k
   JOIN users u ON u.tenant_id = k.tenant_id AND u.id = k.user_id
   LEFT JOIN user_roles h ON h.tenant_id = k.tenant_id AND h.user_id = k.user_id
   LEFT JOIN roles r ON r.tenant_id = h.tenant_id AND r.id = h.role_id
   WHERE k.hash = $1
   ORDER BY r.name`,
)

const touch = queryAcrossTenants(
  'access.touch_key',
  z.object({}),
  `UPDATE api_keys SET last_used_at = now()
   WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= now() - interval '1 minute')`,
)

/** Resolves a key of a user. Returns the refusal, so that it can be kept as an answer, too. */
async function resolve(app: Application, hash: Buffer): Promise<Caller | Problem> {
  const rows = await keyByHash({ db: app.pool }, hash)
  const [key] = rows
  if (!key) return unauthorized(REFUSALS.unknown)
  if (key.state !== 'good') return unauthorized(REFUSALS[key.state])
  if (!key.used_lately)
    touch({ db: app.pool }, key.id).catch((error: unknown) =>
      app.log.debug({ err: error }, 'could not note that a key was used'),
    )
  const granted = rows.flatMap((row) => row.permissions ?? [])
  const caller: Caller = {
    tenant: key.tenant_id,
    actor: { kind: 'user', id: key.user_id, name: key.user_name },
    permissions: effective(granted, Object.keys(app.permissions)),
    operator: false,
    key: key.id,
  }
  factsOf.set(caller, {
    prefix: key.prefix,
    expires_at: key.expires_at,
    roles: rows.flatMap((row) => row.role ?? []),
  })
  return caller
}

/** How long an answer about a key is believed: a revocation acts within a second. */
const BELIEVED_MILLISECONDS = 500
const KEPT = 10_000

interface Believed {
  answer: Promise<Caller | Problem>
  until: number
  /** Whether the key was good when it was looked up last. */
  good: boolean
}

/**
 * Who calls, by hash, for half a second: a busy agent costs two look-ups a second and not one a request, and requests
 * that arrive together share one. Refusals are kept as well, so that a client with a wrong key in a loop costs no more.
 */
class Callers {
  readonly #app: Application
  readonly #byHash = new Map<string, Believed>()

  constructor(app: Application) {
    this.#app = app
  }

  find(hash: Buffer): Promise<Caller | Problem> {
    const name = hash.toString('base64url')
    const known = this.#byHash.get(name)
    // Counted from before the look-up, so that a slow one is not believed for longer.
    if (known && known.until > performance.now()) return known.answer
    const believed: Believed = {
      answer: resolve(this.#app, hash),
      until: performance.now() + BELIEVED_MILLISECONDS,
      good: known?.good ?? false,
    }
    // Deleted first: a Map keeps the place of what is set again, and the oldest has to stand first.
    this.#byHash.delete(name)
    const oldest = this.#byHash.keys().next()
    if (this.#byHash.size >= KEPT && !oldest.done) this.#byHash.delete(oldest.value)
    this.#byHash.set(name, believed)
    believed.answer.then(
      (answer) => (believed.good = !(answer instanceof Problem)),
      () => {
        if (this.#byHash.get(name) === believed) this.#byHash.delete(name)
      },
    )
    return believed.answer
  }

  /** Whether the key was good when it came last, as far as is remembered. */
  remembersAsGood(hash: Buffer): boolean {
    return this.#byHash.get(hash.toString('base64url'))?.good ?? false
  }
}

const callersOf = new WeakMap<Application, Callers>()

function callers(app: Application): Callers {
  const known = callersOf.get(app) ?? new Callers(app)
  callersOf.set(app, known)
  return known
}

const operatorHashes = new WeakMap<Application, Buffer>()

/** The hash of the operator's key, where there is one. */
function operatorsHash(app: Application): Buffer | undefined {
  const key = app.settings.get(apiKey)
  const known = operatorHashes.get(app)
  if (known || key === undefined) return known
  const made = hashOf(key)
  operatorHashes.set(app, made)
  return made
}

const BEARER = /^bearer +([\x21-\x7e]+)$/i

/**
 * Who calls, by the value of the Authorization header. A user's key is found by its hash through an index; what the
 * time of that tells is about a hash, which nobody can steer without the key. The operator's key is compared in
 * constant time. Throws Problem 401 `unauthorized`, and 429 `rate_limited` where too many wrong keys came from `address`.
 */
export async function authenticate(
  app: Application,
  authorization: string | undefined,
  address?: string,
): Promise<Caller> {
  if (authorization === undefined || authorization === '')
    throw unauthorized('Send a key in the header: Authorization: Bearer KEY.')
  const key = BEARER.exec(authorization.trim())?.[1]
  if (!key) throw unauthorized('The Authorization header must be of the form: Bearer KEY.')
  const shown = hashOf(key)
  const operators = operatorsHash(app)
  // Of hashes the time tells nothing of where the keys differ, nor of their lengths.
  if (operators && timingSafeEqual(shown, operators))
    return {
      tenant: DEFAULT_TENANT,
      actor: { kind: 'operator', id: null, name: 'operator' },
      permissions: new Set(Object.keys(app.permissions)),
      operator: true,
    }
  const refuse = (detail: string): never => {
    if (address !== undefined) countWrongKey(app, address)
    throw unauthorized(detail)
  }
  const hash = isWellFormed(key) ? shown : undefined
  // A key that was good goes on through whatever its neighbours do; only strangers wait.
  if (address !== undefined && !(hash && callers(app).remembersAsGood(hash)))
    requireFewWrongKeys(app, address)
  if (!hash) return refuse(REFUSALS.unknown)
  const answer = await callers(app).find(hash)
  // Made anew for each request: a kept one has the stack of another request.
  return answer instanceof Problem ? refuse(answer.detail) : answer
}
