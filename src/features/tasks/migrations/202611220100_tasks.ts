import type { Migration } from '../../../kernel/migrate.ts'

export const tasksTables: Migration = {
  name: '202611220100_tasks',
  sql: `
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;

CREATE SEQUENCE task_numbers;

-- The moving part of a task. It is rewritten at every step of a task's life, so it is kept narrow, with room on its pages.
CREATE TABLE tasks (
  tenant_id          uuid NOT NULL,
  id                 uuid NOT NULL,
  number             bigint NOT NULL DEFAULT nextval('task_numbers'),
  status             text NOT NULL DEFAULT 'ready'
                     CHECK (status IN ('ready', 'assigned', 'in_progress', 'completed', 'failed', 'split')),
  priority           smallint NOT NULL DEFAULT 3 CHECK (priority BETWEEN 1 AND 5),
  effort_estimate    integer CHECK (effort_estimate >= 0),
  assigned_worker    text,
  -- Since when it is assigned without having been started.
  assigned_at        timestamptz,
  -- The metadata of that name: claims ask for it.
  agent_type         text,
  -- Hard prerequisites that are not completed; kept by whatever changes one.
  unmet_dependencies integer NOT NULL DEFAULT 0 CHECK (unmet_dependencies >= 0),
  -- Grows when a hard edge to this task comes or goes: how a completion notices an edge that its snapshot did not see.
  dependents_version integer NOT NULL DEFAULT 0,
  -- The fencing token of the latest claim.
  fence              bigint NOT NULL DEFAULT 0,
  priority_score     double precision,
  version            integer NOT NULL DEFAULT 1,
  created_at         timestamptz NOT NULL DEFAULT now(),
  updated_at         timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  CHECK ((status = 'assigned') = (assigned_at IS NOT NULL)),
  CHECK (status <> 'ready' OR assigned_worker IS NULL),
  CHECK (status NOT IN ('in_progress', 'completed') OR unmet_dependencies = 0)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.1);

CREATE UNIQUE INDEX tasks_number ON tasks (tenant_id, number);
CREATE INDEX tasks_listed ON tasks (tenant_id, priority DESC, created_at, id);
CREATE INDEX tasks_by_status ON tasks (tenant_id, status, priority DESC, created_at, id);
CREATE INDEX tasks_updated ON tasks (tenant_id, updated_at);
CREATE INDEX tasks_by_worker ON tasks (tenant_id, assigned_worker, status) WHERE assigned_worker IS NOT NULL;
CREATE INDEX tasks_assigned ON tasks (tenant_id, assigned_at) WHERE status = 'assigned';
-- What a claim reads, in the order in which it hands out.
CREATE INDEX tasks_startable ON tasks (tenant_id, priority_score DESC NULLS LAST, priority DESC, created_at, id)
  WHERE status = 'ready' AND unmet_dependencies = 0;

-- What was written about a task. Apart from the moving part, since its indexes are wide and it seldom changes.
CREATE TABLE task_texts (
  tenant_id   uuid NOT NULL,
  task_id     uuid NOT NULL,
  title       text NOT NULL CHECK (length(title) BETWEEN 1 AND 500),
  description text NOT NULL DEFAULT '',
  tags        text[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, task_id),
  FOREIGN KEY (tenant_id, task_id) REFERENCES tasks (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX task_texts_words ON task_texts USING gin (tenant_id, title gin_trgm_ops, description gin_trgm_ops);
CREATE INDEX task_texts_tags ON task_texts USING gin (tenant_id, tags);

CREATE TABLE task_metadata (
  tenant_id      uuid NOT NULL,
  id             uuid NOT NULL DEFAULT uuid_v7(),
  task_id        uuid NOT NULL,
  metadata_key   text NOT NULL CHECK (length(metadata_key) BETWEEN 1 AND 128),
  metadata_value text NOT NULL,
  created_at     timestamptz NOT NULL DEFAULT now(),
  updated_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, task_id) REFERENCES tasks (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX task_metadata_key ON task_metadata (tenant_id, task_id, metadata_key);
CREATE INDEX task_metadata_usage ON task_metadata (tenant_id, metadata_key);
-- Where a task came from is unique in its tenant: an import run twice finds what it made.
CREATE UNIQUE INDEX task_metadata_source ON task_metadata (tenant_id, metadata_value) WHERE metadata_key = 'source_ref';
`,
}
