import { z } from 'zod'

/** The value of a `cursor` parameter. */
export const Cursor = z
  .string()
  .min(1)
  .max(1024)
  .meta({ description: 'Opaque: where the next page begins, taken from the Link header of the page before' })

/** Rows of a page, at most, and where nothing is said. */
export const MOST_ROWS = 1000
export const USUAL_ROWS = 100

/** The input fields by which a list is cut into pages. */
export const Page = {
  limit: z.int().min(1).max(MOST_ROWS).default(USUAL_ROWS).meta({ description: 'Rows a page' }),
  offset: z.int().min(0).max(1_000_000).default(0).meta({ description: 'Rows to leave out; prefer cursor' }),
  cursor: Cursor.optional(),
}

/**
 * A query, in order, cut down to a page, and what of the page its text depends on. `parameter` takes a value and answers how it is
 * spelled.
 *
 * With a limit that is only a parameter the planner plans the statement anew at each call, since a plan that is kept would have to
 * be one for a tenth of all there is. Where the plan need not depend on what is asked for (`alike`), an inner limit tells it how
 * few rows it is to find, at any time.
 */
export function pageFragment(
  rows: string,
  { limit, offset }: { limit: number; offset: number },
  alike: boolean,
  parameter: (value: number) => string,
): { name: string; text: string } {
  if (offset > 0 || !alike)
    return { name: '', text: `${rows} LIMIT ${parameter(limit)} OFFSET ${parameter(offset)}` }
  // One more is asked for than is answered, to know whether there is another page.
  const most = (limit <= USUAL_ROWS + 1 ? USUAL_ROWS : MOST_ROWS) + 1
  return { name: `:${most}`, text: `SELECT * FROM (${rows} LIMIT ${most}) AS page LIMIT ${parameter(limit)}` }
}
