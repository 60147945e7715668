import type { Migration } from '../../../kernel/migrate.ts'

export const webhooksTables: Migration = {
  name: '202611220900_webhooks',
  sql: `
CREATE TABLE webhooks (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  url         text NOT NULL,
  event_types text[] NOT NULL CHECK (cardinality(event_types) > 0),
  active      boolean NOT NULL DEFAULT true,
  -- Why the server switched it off; null where a person did, or nobody.
  disabled_reason text CHECK (disabled_reason IS NULL OR NOT active),
  -- The sequence after which it has not got everything, while it is not active.
  missed_after bigint CHECK ((missed_after IS NULL) = active),
  secret      text NOT NULL,
  -- The secret before the last rotation, which signs as well until then.
  previous_secret text,
  previous_secret_expires_at timestamptz CHECK ((previous_secret_expires_at IS NULL) = (previous_secret IS NULL)),
  version     integer NOT NULL DEFAULT 1,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id)
);

-- The tables below have no foreign key to webhooks: each check would lock the webhook's row, against the order of locks
-- (webhook, cursor, queue). Whoever deletes a webhook holds its cursor, and deletes all of them.

-- How far the record was looked through for each webhook that is active. Apart, since it moves all the time.
CREATE TABLE webhook_cursors (
  tenant_id  uuid NOT NULL,
  webhook_id uuid NOT NULL,
  sequence   bigint NOT NULL,
  PRIMARY KEY (tenant_id, webhook_id)
) WITH (fillfactor = 50);

-- The next events of each webhook: a window of what the record holds for it, not a copy of it.
CREATE TABLE webhook_queue (
  tenant_id  uuid NOT NULL,
  webhook_id uuid NOT NULL,
  sequence   bigint NOT NULL,
  position   bigint NOT NULL,
  entity_id  uuid NOT NULL,
  -- Attempts that were made.
  attempts   integer NOT NULL DEFAULT 0,
  -- Names the job of the next attempt, and makes older jobs void: null while an earlier event of the entity waits.
  turn       uuid,
  PRIMARY KEY (tenant_id, webhook_id, sequence)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
CREATE INDEX webhook_queue_entity ON webhook_queue (tenant_id, webhook_id, entity_id, sequence);

-- One row an attempt.
CREATE TABLE webhook_deliveries (
  tenant_id     uuid NOT NULL,
  id            uuid NOT NULL,
  webhook_id    uuid NOT NULL,
  event_id      uuid NOT NULL,
  event_type    text NOT NULL,
  attempt       integer NOT NULL CHECK (attempt > 0),
  delivered_at  timestamptz NOT NULL,
  status_code   integer,
  response_body text,
  error_message text,
  duration_ms   integer NOT NULL,
  next_attempt_at timestamptz,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX webhook_deliveries_webhook ON webhook_deliveries (tenant_id, webhook_id, id);
CREATE INDEX webhook_deliveries_event ON webhook_deliveries (tenant_id, event_id, id);
`,
}
