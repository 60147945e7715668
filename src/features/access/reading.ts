import { z } from 'zod'
import type { Ctx } from '../../kernel/context.ts'
import { makeCursor, openCursor } from '../../kernel/cursor.ts'
import { Problem } from '../../kernel/problem.ts'
import { formerValues } from '../../kernel/record.ts'

/** Throws `version_mismatch` (412) when If-Match names another version than the one that stands. */
export function requireVersion(ctx: Ctx, kind: string, version: number): void {
  const wanted = ctx.request.ifMatch
  if (typeof wanted === 'number' && wanted !== version)
    throw new Problem(
      'version_mismatch',
      412,
      `The ${kind} is at version ${version}, not ${wanted}; read it again and decide anew.`,
      { current_version: version },
    )
}

/** 409 `name_taken`: names are unique, those of tenants in the installation, all others in their tenant. */
export const nameTaken = (kind: string, name: string): Problem =>
  new Problem('name_taken', 409, `There is a ${kind} of the name ${name} already; choose another name.`)

/** Whether `wanted` says anything new about `before`. */
export const differs = <T extends object>(before: T, wanted: Partial<T>): boolean =>
  Object.keys(formerValues(before, { ...before, ...wanted })).length > 0

/** Puts a change of a user, role, key or tenant into the record; `before` is null when it was created, `after` when it is gone. */
export function recordChange<T extends { id: string }>(
  ctx: Ctx,
  eventType: string,
  before: T | null,
  after: T | null,
): void {
  ctx.record({
    event_type: eventType,
    entity_type: eventType.slice(0, eventType.indexOf('.')),
    entity_id: (after ?? before)!.id,
    old_values: before && after ? formerValues(before, after) : before,
    new_values: after,
  })
}

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000'
const LastId = z.tuple([z.string()])

/** Cuts one page out of a list in the order of ids: `read` is given the id to begin after, and how many rows at most. */
export async function pageById<T extends { id: string }>(
  ctx: Ctx,
  list: string,
  page: { limit: number; cursor?: string | undefined },
  read: (after: string, rows: number) => Promise<T[]>,
): Promise<T[]> {
  const after = page.cursor === undefined ? BEFORE_ALL : openCursor(ctx, list, page.cursor, LastId)[0]
  const rows = await read(after, page.limit + 1)
  const shown = rows.slice(0, page.limit)
  const last = shown.at(-1)
  if (rows.length > page.limit && last) ctx.answer.nextCursor = makeCursor(ctx, list, [last.id])
  return shown
}
