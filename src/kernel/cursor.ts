import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Ctx } from './context.ts'
import { parseJson } from './json.ts'
import { Problem } from './problem.ts'

const sign = (ctx: Ctx, list: string, payload: string): string =>
  createHmac('sha256', ctx.app.cursorKey)
    .update(`${ctx.tenant}\n${list}\n${payload}`)
    .digest()
    .subarray(0, 12)
    .toString('base64url')

const refused = (): Problem =>
  new Problem(
    'invalid_cursor',
    400,
    'The cursor was changed, or belongs to another list or other filters; begin again without a cursor.',
  )

/**
 * Makes a cursor out of the last row's sort keys. It is signed together with the tenant and `list` (the list's name and
 * its filters), so that it opens nothing else.
 */
function makeCursor(ctx: Ctx, list: string, keys: readonly unknown[]): string {
  const payload = Buffer.from(JSON.stringify(keys)).toString('base64url')
  return `${payload}.${sign(ctx, list, payload)}`
}

/**
 * Cuts a page out of rows that were read with one more than `limit`: where there is more, the answer says where the next
 * page begins, by the last row's sort keys.
 */
export function cutPage<Row>(
  ctx: Ctx,
  list: string,
  rows: readonly Row[],
  limit: number,
  keysOf: (last: Row) => readonly unknown[],
): Row[] {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  if (rows.length > limit && last !== undefined) ctx.answer.nextCursor = makeCursor(ctx, list, keysOf(last))
  return page
}

/** The sort keys in a cursor made by `makeCursor` for the same list. Throws `invalid_cursor` (400). */
export function openCursor<T>(ctx: Ctx, list: string, cursor: string, keys: z.ZodType<T>): T {
  const [payload, signature, rest] = cursor.split('.')
  if (!payload || !signature || rest !== undefined) throw refused()
  // Their texts: a decoder passes over characters that are none of base64url.
  const given = Buffer.from(signature)
  const expected = Buffer.from(sign(ctx, list, payload))
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw refused()
  const parsed = keys.safeParse(parseJson(Buffer.from(payload, 'base64url').toString()))
  if (!parsed.success) throw refused()
  return parsed.data
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
  return cutPage(ctx, list, rows, page.limit, (last) => [last.id])
}
