import type { Migration } from '../migrate.ts'

export const requests: Migration = {
  name: '202611220002_requests',
  sql: `
-- A reservation while status is null; the answer afterwards. A crash leaves a reservation whose lease ends.
CREATE TABLE idempotency_keys (
  tenant_id   uuid NOT NULL,
  actor       text NOT NULL,
  operation   text NOT NULL,
  key         text NOT NULL,
  fingerprint text NOT NULL,
  reservation uuid NOT NULL,
  leased_until timestamptz NOT NULL,
  status      smallint,
  answer      text,
  headers     json,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, actor, operation, key)
);
CREATE INDEX idempotency_keys_created_at ON idempotency_keys (tenant_id, created_at);

-- Exempt from the tenant rule: which server runs the duties.
CREATE TABLE leadership (
  name       text PRIMARY KEY,
  holder     uuid NOT NULL,
  epoch      bigint NOT NULL,
  held_until timestamptz NOT NULL
);
`,
}
