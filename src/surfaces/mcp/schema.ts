import { z } from 'zod'

type Json = Record<string, unknown>

/** What a model does without: it costs tokens in every conversation, and the server holds every call to it anyway. */
const SPARED = [
  '$schema',
  'id',
  'pattern',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'examples',
  'propertyNames',
]

/** Members whose values are data or names, not schemas. */
const DATA = ['default', 'const', 'enum', 'required']

const isPlain = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

function lean(schema: unknown, inOutput: boolean): unknown {
  if (Array.isArray(schema)) return schema.map((each) => lean(each, inOutput))
  if (!isPlain(schema)) return schema
  return Object.fromEntries(
    Object.entries(schema).flatMap(([member, value]): [string, unknown][] => {
      if (SPARED.includes(member)) return []
      // An answer may grow; and what it means is told by its names.
      if (inOutput && (member === 'additionalProperties' || member === 'description')) return []
      if ((member === 'maximum' || member === 'minimum') && Math.abs(Number(value)) > 1e6) return []
      // What its name says already.
      if (member === 'description' && value === '') return []
      if (DATA.includes(member)) return [[member, value]]
      if (member === 'properties' && isPlain(value))
        return [
          [
            member,
            Object.fromEntries(Object.entries(value).map(([name, each]) => [name, lean(each, inOutput)])),
          ],
        ]
      return [[member, lean(value, inOutput)]]
    }),
  )
}

/** A schema as an agent is shown it: its shape and its words, without what only a validator reads. */
export const leanSchema = (schema: z.ZodObject, io: 'input' | 'output'): Json & { type: 'object' } => ({
  ...(lean(
    z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }),
    io === 'output',
  ) as Json),
  type: 'object',
})
