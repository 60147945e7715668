import type { KeyUse } from './reservation.ts'

// How a statement takes the Idempotency-Keys of the calls that it serves: their effects and their answers are then one commit.

/** What a statement that takes keys itself answers for a call whose key is taken already: it did nothing for it. */
export const KEY_USED = Symbol('key used')

/** The keys that a statement takes, by the numbers of their calls (from 1), as its parameter. */
export const keysParameter = (keys: readonly (KeyUse | undefined)[]): string =>
  JSON.stringify(keys.flatMap((use, nth) => (use ? [{ call: nth + 1, ...use }] : [])))

/**
 * Takes the lock of a key (a row `g` with actor, operation, key, of the tenant `$1`) until the transaction ends; false where a
 * statement that is in flight has it. Two keys of one hash only take turns.
 */
export const keyLock = `pg_try_advisory_xact_lock(hashtextextended(
      concat_ws(chr(31), $1::uuid, g.actor, g.operation, g.key), 0))`

/**
 * The relation `keyed` of a statement that takes the keys of its calls itself: those of `keysParameter`, each with whether it is
 * `used`, or just being used by a statement that is still in flight: sent again meanwhile, a call that skips what is locked would
 * say that there is nothing. The statement must do nothing for these, and keep the answers of the others by `keptFragment`. An
 * EXISTS in place of the scalar would be taken for cheaper by a hash of all keys there are.
 */
export const keyedFragment = (parameter: string): string => `
  keyed AS MATERIALIZED (
    SELECT g.*, NOT ${keyLock} OR (
      SELECT true FROM idempotency_keys k
      WHERE k.tenant_id = $1 AND k.actor = g.actor AND k.operation = g.operation AND k.key = g.key
    ) IS NOT NULL AS used
    FROM json_to_recordset(${parameter}::json) AS g (call integer, actor text, operation text, key text, fingerprint text)
  )`

/** That the call of this number may be served, for a statement with a `keyedFragment`. */
export const mayServe = (call: string): string => `${call} NOT IN (SELECT call FROM keyed WHERE used)`

/**
 * Keeps the answers, all of status 200, that the relation `answers` (call, answer as text) has for the calls of `keyed`. A key that
 * another transaction takes at the same moment is waited for, and then fails the whole statement (23505).
 */
export const keptFragment = (answers: string): string => `
  kept AS (
    INSERT INTO idempotency_keys
      (tenant_id, actor, operation, key, fingerprint, reservation, leased_until, status, answer)
    SELECT $1::uuid, g.actor, g.operation, g.key, g.fingerprint, $1::uuid, now(), 200, a.answer
    FROM keyed g JOIN (${answers}) AS a (call, answer) ON a.call = g.call
    ORDER BY g.actor, g.operation, g.key
  )`
