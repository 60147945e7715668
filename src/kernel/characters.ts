import { z } from 'zod'

/**
 * A text of so many characters. Unicode's are counted, as PostgreSQL and JSON Schema count them; JavaScript's length
 * counts an emoji as two.
 */
export const characters = (min: number, max: number) =>
  z
    .string()
    .min(min)
    .refine((text) => text.length <= max || [...text].length <= max, `must have at most ${max} characters`)
    .meta({ maxLength: max })

const utf8 = new TextEncoder()

/** How many bytes a text takes in UTF-8. */
export const byteLength = (text: string): number => utf8.encode(text).length
