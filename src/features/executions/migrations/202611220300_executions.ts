import type { Migration } from '../../../kernel/migrate.ts'

export const executionsTables: Migration = {
  name: '202611220300_executions',
  sql: `
CREATE TABLE executions (
  tenant_id           uuid NOT NULL,
  id                  uuid NOT NULL DEFAULT uuid_v7(),
  task_id             uuid NOT NULL,
  agent_type          text NOT NULL,
  worker_id           text NOT NULL,
  parent_execution_id uuid,
  -- Runs beside the task's own open execution (B56), and moves the task neither when it starts nor when it ends.
  beside              boolean NOT NULL DEFAULT false,
  started_at          timestamptz NOT NULL DEFAULT now(),
  completed_at        timestamptz,
  duration_seconds    integer,
  cost_dollars        numeric(14,6) NOT NULL DEFAULT 0 CHECK (cost_dollars >= 0),
  success             boolean,
  -- null while it is open
  outcome             text CHECK (outcome IN ('succeeded', 'failed', 'lost', 'released', 'preempted')),
  error_message       text,
  result              json,
  progress            json,
  note                text,
  lease_token         bigint,
  lease_expires_at    timestamptz,
  lease_seconds       integer,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, task_id) REFERENCES tasks (tenant_id, id) ON DELETE CASCADE,
  CHECK ((completed_at IS NULL) = (outcome IS NULL)),
  CHECK ((completed_at IS NULL) = (duration_seconds IS NULL)),
  CHECK (success IS NOT DISTINCT FROM CASE outcome WHEN 'succeeded' THEN true WHEN 'failed' THEN false END),
  CHECK ((lease_token IS NULL) = (lease_expires_at IS NULL))
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

CREATE INDEX executions_history ON executions (tenant_id, task_id, started_at DESC);
-- A task has at most one open execution of its own.
CREATE UNIQUE INDEX executions_open ON executions (tenant_id, task_id)
  WHERE completed_at IS NULL AND NOT beside;
CREATE INDEX executions_leases ON executions (tenant_id, lease_expires_at)
  WHERE completed_at IS NULL AND lease_expires_at IS NOT NULL;
CREATE INDEX executions_unfinished ON executions (tenant_id, started_at) WHERE completed_at IS NULL;
CREATE INDEX executions_by_agent ON executions (tenant_id, agent_type, completed_at);
CREATE INDEX executions_by_parent ON executions (tenant_id, parent_execution_id) WHERE parent_execution_id IS NOT NULL;
`,
}
