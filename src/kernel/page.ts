import { z } from 'zod'

/** The value of a `cursor` parameter. */
export const Cursor = z
  .string()
  .min(1)
  .max(1024)
  .meta({ description: 'Opaque: where the next page begins, taken from the Link header of the page before' })

/** The input fields by which a list is cut into pages. */
export const Page = {
  limit: z.int().min(1).max(1000).default(100).meta({ description: 'Rows a page' }),
  offset: z.int().min(0).max(1_000_000).default(0).meta({ description: 'Rows to leave out; prefer cursor' }),
  cursor: Cursor.optional(),
}
