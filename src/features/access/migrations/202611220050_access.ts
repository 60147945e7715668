import type { Migration } from '../../../kernel/migrate.ts'

export const accessTables: Migration = {
  name: '202611220050_access',
  sql: `
CREATE TABLE tenants (
  id            uuid PRIMARY KEY,
  name          text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 100),
  configuration json NOT NULL DEFAULT '{}',
  version       integer NOT NULL DEFAULT 1,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE roles (
  tenant_id   uuid NOT NULL REFERENCES tenants (id),
  id          uuid NOT NULL,
  name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  description text NOT NULL DEFAULT '',
  permissions text[] NOT NULL DEFAULT '{}',
  built_in    boolean NOT NULL DEFAULT false,
  version     integer NOT NULL DEFAULT 1,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
);

CREATE TABLE users (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  id         uuid NOT NULL,
  name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  email      text,
  active     boolean NOT NULL DEFAULT true,
  version    integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
);

-- A role that somebody holds can't go away under them: no cascade on that side.
CREATE TABLE user_roles (
  tenant_id uuid NOT NULL,
  user_id   uuid NOT NULL,
  role_id   uuid NOT NULL,
  PRIMARY KEY (tenant_id, user_id, role_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, id)
);
CREATE INDEX user_roles_holders ON user_roles (tenant_id, role_id, user_id);

-- Exempt from the tenant rule: a key is found by its hash before its tenant is known. On Citus this is a reference
-- table, which can't refer to a distributed one; so what keeps it true to users is that both sides lock the user.
CREATE TABLE api_keys (
  id           uuid PRIMARY KEY,
  hash         bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
  tenant_id    uuid NOT NULL REFERENCES tenants (id),
  user_id      uuid NOT NULL,
  name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  prefix       text NOT NULL,
  expires_at   timestamptz,
  revoked_at   timestamptz,
  last_used_at timestamptz,
  version      integer NOT NULL DEFAULT 1,
  created_at   timestamptz NOT NULL DEFAULT now(),
  updated_at   timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);
CREATE INDEX api_keys_listed ON api_keys (tenant_id, id);
CREATE INDEX api_keys_by_user ON api_keys (tenant_id, user_id, id);

INSERT INTO tenants (id, name) VALUES ('00000000-0000-7000-8000-000000000001', 'default');

-- The built-in roles. A new tenant gets copies of these, so that this is the one place that names their permissions.
INSERT INTO roles (tenant_id, id, name, description, permissions, built_in)
SELECT '00000000-0000-7000-8000-000000000001', uuid_v7(), name, description, permissions, true
FROM (VALUES
  ('admin', 'Everything within the tenant', '{admin_all}'::text[]),
  ('orchestrator', 'Plans and hands out work: tasks in full, imports, the audit trail, workers',
   '{assign_tasks,create_tasks,delete_tasks,execute_tasks,import_tasks,manage_workers,read_audit,read_tasks,update_tasks}'),
  ('agent', 'Works on tasks: reads, creates, changes, claims and completes them',
   '{create_tasks,execute_tasks,read_tasks,update_tasks}'),
  ('viewer', 'Reads tasks and changes nothing', '{read_tasks}')
) AS built_in (name, description, permissions);
`,
}
