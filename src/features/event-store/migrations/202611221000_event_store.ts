import type { Migration } from '../../../kernel/migrate.ts'

export const eventStoreTables: Migration = {
  name: '202611221000_event_store',
  sql: `
-- How far the store has each tenant's record, and the batch that is under way.
CREATE TABLE event_store_positions (
  tenant_id  uuid PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
  -- The store has accepted everything up to here.
  sequence   bigint NOT NULL DEFAULT 0,
  -- The batch is fixed before it is first sent, so that whoever sends it again sends the same.
  batch_id   uuid,
  batch_last bigint CHECK (batch_last > sequence),
  -- How often the store did not accept this batch, why not the last time, and when it is tried again.
  failures   integer NOT NULL DEFAULT 0,
  reason     text,
  retry_at   timestamptz,
  -- When a batch of this tenant was last sent: who waited longest comes first.
  tried_at   timestamptz,
  CHECK ((batch_id IS NULL) = (batch_last IS NULL)),
  CHECK ((reason IS NULL) = (failures = 0) AND (retry_at IS NULL) = (failures = 0)),
  CHECK (failures = 0 OR batch_id IS NOT NULL)
) WITH (fillfactor = 50);

-- What is known of the store: one row, of the operator's tenant.
CREATE TABLE event_store_state (
  tenant_id       uuid NOT NULL REFERENCES tenants (id),
  id              uuid NOT NULL,
  status          text NOT NULL DEFAULT 'unknown' CHECK (status IN ('unknown', 'up', 'down')),
  since           timestamptz NOT NULL DEFAULT now(),
  reason          text CHECK ((reason IS NOT NULL) = (status = 'down')),
  -- Attempts in a row that did not get through to the store, and when the next one is due.
  failures        integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz,
  -- The one wake under way, and when it is over at the latest.
  wake_id         uuid,
  wake_until      timestamptz,
  -- Wakes in a row that failed, and when the next one may be.
  wake_failures   integer NOT NULL DEFAULT 0,
  wake_after      timestamptz,
  PRIMARY KEY (tenant_id, id),
  CHECK ((wake_id IS NULL) = (wake_until IS NULL)),
  CHECK ((wake_after IS NULL) = (wake_failures = 0))
) WITH (fillfactor = 50);
`,
}
