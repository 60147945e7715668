import { z } from 'zod'
import { operation } from '../../kernel/operation.ts'
import { notFound } from '../../kernel/problem.ts'
import { keyFacts } from './authenticate.ts'
import { Whoami } from './schema.ts'
import { findTenant } from './tenant-sql.ts'

/** Says who the caller is, and what they may do. */
export const whoami = operation({
  name: 'access.whoami',
  summary: 'Say who the caller is and what they may do',
  http: { method: 'GET', path: '/whoami', status: 200 },
  permission: 'authenticated',
  runs: 'read',
  input: z.strictObject({}),
  output: Whoami,
  examples: [
    {
      summary: "An agent's key",
      input: {},
      output: {
        tenant: { id: '00000000-0000-7000-8000-000000000001', name: 'default' },
        actor: { kind: 'user', id: '019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a10', name: 'bifrost' },
        permissions: ['create_tasks', 'execute_tasks', 'read_tasks', 'update_tasks'],
        roles: ['agent'],
        key: { prefix: 'cairn_AbCd1234', expires_at: null },
        operator: false,
      },
    },
  ],
  async run(ctx) {
    const { actor, permissions, operator } = ctx.caller
    const [row] = await findTenant(ctx, ctx.tenant)
    if (!row) throw notFound('tenant', ctx.tenant)
    const { roles, ...key } = keyFacts(ctx.caller) ?? { roles: [] }
    return {
      tenant: { id: row.tenant.id, name: row.tenant.name },
      actor,
      permissions: [...permissions].sort(),
      roles: [...roles],
      key: 'prefix' in key ? key : null,
      operator,
    }
  },
})
