import type { Migration } from '../migrate.ts'

export const record: Migration = {
  name: '202611220001_record',
  sql: `
-- Version 7 layout (RFC 9562, section 5.7) for rows whose number is not known before the statement runs.
CREATE FUNCTION uuid_v7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
  SELECT encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
        PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
      52, 1), 53, 1), 'hex')::uuid
$$;

-- The one spelling of a time in answers and in the record.
CREATE FUNCTION rfc3339(t timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

CREATE TABLE audit_log (
  tenant_id  uuid NOT NULL,
  id         uuid NOT NULL DEFAULT uuid_v7(),
  -- The order of insertion. Rows of one entity are inserted under that entity's lock, so it is also their true order.
  position   bigint GENERATED ALWAYS AS IDENTITY,
  event_type text NOT NULL,
  entity_type text NOT NULL,
  entity_id  uuid NOT NULL,
  actor_kind text NOT NULL CHECK (actor_kind IN ('operator', 'user', 'system')),
  actor_id   uuid,
  actor_name text NOT NULL,
  request_id text,
  old_values json,
  new_values json,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_log_position ON audit_log (tenant_id, position);
CREATE INDEX audit_log_entity ON audit_log (tenant_id, entity_id, position);
CREATE INDEX audit_log_event_type ON audit_log (tenant_id, event_type, position);
CREATE INDEX audit_log_actor ON audit_log (tenant_id, actor_id, position) WHERE actor_id IS NOT NULL;

-- One row a transaction: the positions that it wrote, waiting for their sequence.
CREATE TABLE record_pending (
  tenant_id uuid NOT NULL,
  id        bigint GENERATED ALWAYS AS IDENTITY,
  positions bigint[] NOT NULL,
  PRIMARY KEY (tenant_id, id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- The feed: sequence in commit order, without gaps, per tenant.
CREATE TABLE record_feed (
  tenant_id uuid NOT NULL,
  sequence  bigint NOT NULL,
  position  bigint NOT NULL,
  PRIMARY KEY (tenant_id, sequence)
);
CREATE UNIQUE INDEX record_feed_position ON record_feed (tenant_id, position);

CREATE TABLE record_heads (
  tenant_id     uuid PRIMARY KEY,
  last_sequence bigint NOT NULL
) WITH (fillfactor = 50);
`,
}
