import { z } from 'zod'
import type { Ctx } from '../../kernel/context.ts'
import { cutPage, openCursor } from '../../kernel/cursor.ts'
import { Problem } from '../../kernel/problem.ts'
import { formerValues } from '../../kernel/record.ts'

/** 409 `name_taken`: names are unique, those of tenants in the installation, all others in their tenant. */
export const nameTaken = (kind: string, name: string): Problem =>
  new Problem('name_taken', 409, `There is a ${kind} of the name ${name} already; choose another name.`)

/** Whether `wanted` says anything new about `before`. */
export const differs = <T extends object>(before: T, wanted: Partial<T>): boolean =>
  Object.keys(formerValues(before, { ...before, ...wanted })).length > 0

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
  return cutPage(ctx, list, rows, page.limit, (last) => [last.id])
}
