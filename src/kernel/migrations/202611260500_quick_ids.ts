import type { Migration } from '../migrate.ts'

/**
 * Ids that cost a fifth: a task's way through claim and completion makes five, and asking the kernel for randomness was most
 * of each. An id is no secret (what it names is asked for under a key), so the session's own generator does, which
 * PostgreSQL seeds from the kernel's.
 */
export const quickIds: Migration = {
  name: '202611260500_quick_ids',
  sql: `
-- RFC 9562, section 5.7: 48 bits of milliseconds, the version, 12 random bits; the variant, 62 random bits.
CREATE OR REPLACE FUNCTION uuid_v7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL RESTRICTED AS $$
  SELECT encode(
    int8send(((extract(epoch FROM clock_timestamp()) * 1000)::bigint << 16)
      | x'7000'::bigint | floor(random() * 4096)::bigint)
    || int8send(x'8000000000000000'::bigint
      | (floor(random() * 1073741824)::bigint << 32) | floor(random() * 4294967296)::bigint),
    'hex')::uuid
$$;
`,
}
