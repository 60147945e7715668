/** A JSON Schema as the served document writes it. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly propertyNames?: Schema
  readonly items?: Schema
  readonly minItems?: number
  readonly maxItems?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
}

const UNDERSTOOD = new Set([
  ...['$ref', 'type', 'const', 'enum', 'anyOf', 'allOf', 'properties', 'required', 'additionalProperties'],
  ...['propertyNames', 'items', 'minItems', 'maxItems', 'minLength', 'maxLength', 'pattern', 'format'],
  ...['minimum', 'maximum', 'title', 'description', 'default', 'examples', 'deprecated', 'readOnly'],
])

const FORMATS: Readonly<Record<string, RegExp>> = {
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$|^0{8}-(0{4}-){3}0{12}$/i,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  email: /^[^@\s]+@[^@\s]+$/,
}

/** Finds what a `$ref` names. */
export type Resolve = (schema: Schema) => Schema

/** Resolves references into the components of a document. Throws where one leads nowhere. */
export const resolverOf =
  (components: Readonly<Record<string, Schema>>): Resolve =>
  (schema) => {
    let found = schema
    while (found.$ref) {
      const name = found.$ref.split('/').at(-1)!
      if (!Object.hasOwn(components, name)) throw new Error(`${found.$ref} leads nowhere`)
      found = components[name]!
    }
    return found
  }

const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value

const hasType = (value: unknown, type: string): boolean =>
  type === 'integer' ? Number.isInteger(value) : typeOf(value) === type

/**
 * What of a value does not fit a schema, with the path to it; undefined where all does. Throws for a keyword that it
 * does not know, rather than to let it pass.
 */
export function misfit(resolve: Resolve, schema: Schema, value: unknown, path = ''): string | undefined {
  const { type, anyOf, allOf, enum: words, ...rest } = resolve(schema)
  for (const keyword of Object.keys(rest))
    if (!UNDERSTOOD.has(keyword)) throw new Error(`the schema at ${path} says ${keyword}: teach misfit it`)
  const wrong = (what: string): string =>
    `${path || 'the value'} ${what}: ${JSON.stringify(value)?.slice(0, 120)}`
  if (type !== undefined && ![type].flat().some((each) => hasType(value, each)))
    return wrong(`is no ${[type].flat().join(' or ')}`)
  if ('const' in rest && value !== rest.const) return wrong(`is not ${JSON.stringify(rest.const)}`)
  if (words && !words.includes(value)) return wrong(`is none of ${words.join(', ')}`)
  if (anyOf?.every((each) => misfit(resolve, each, value, path) !== undefined))
    return anyOf.length === 1 ? misfit(resolve, anyOf[0]!, value, path) : wrong('fits none of anyOf')
  for (const each of allOf ?? []) {
    const fault = misfit(resolve, each, value, path)
    if (fault) return fault
  }
  return misfitOfKind(resolve, rest, value, path, wrong)
}

/** What the keywords of the value's own type say. */
function misfitOfKind(
  resolve: Resolve,
  schema: Schema,
  value: unknown,
  path: string,
  wrong: Wrong,
): string | undefined {
  if (typeof value === 'string') return misfitOfText(schema, value, wrong)
  if (Array.isArray(value)) return misfitOfArray(resolve, schema, value, path, wrong)
  if (value !== null && typeof value === 'object')
    return misfitOfObject(resolve, schema, value as Record<string, unknown>, path, wrong)
  const { minimum = -Infinity, maximum = Infinity } = schema
  return typeof value === 'number' && (value < minimum || value > maximum)
    ? wrong('is out of range')
    : undefined
}

type Wrong = (what: string) => string

function misfitOfText(schema: Schema, value: string, wrong: Wrong): string | undefined {
  const { minLength = 0, maxLength = Infinity, pattern, format } = schema
  if (value.length < minLength || [...value].length > maxLength) return wrong('has a wrong length')
  if (pattern && !new RegExp(pattern, 'u').test(value)) return wrong(`does not match ${pattern}`)
  if (format && FORMATS[format] && !FORMATS[format].test(value)) return wrong(`is no ${format}`)
  return undefined
}

function misfitOfArray(
  resolve: Resolve,
  { items, minItems = 0, maxItems = Infinity }: Schema,
  value: readonly unknown[],
  path: string,
  wrong: Wrong,
): string | undefined {
  if (value.length < minItems || value.length > maxItems) return wrong('has a wrong count')
  if (!items) return undefined
  for (const [index, each] of value.entries()) {
    const fault = misfit(resolve, items, each, `${path}.${index}`)
    if (fault) return fault
  }
  return undefined
}

function misfitOfObject(
  resolve: Resolve,
  schema: Schema,
  value: Readonly<Record<string, unknown>>,
  path: string,
  wrong: Wrong,
): string | undefined {
  const { properties = {}, required = [], additionalProperties = true, propertyNames } = schema
  const missing = required.find((name) => !Object.hasOwn(value, name))
  if (missing) return wrong(`lacks ${missing}`)
  for (const [name, each] of Object.entries(value)) {
    const known = Object.hasOwn(properties, name) ? properties[name] : additionalProperties
    if (known === false) return wrong(`has ${name}, which no schema knows`)
    const fault =
      (propertyNames && misfit(resolve, propertyNames, name, `${path}.${name} (its name)`)) ??
      (typeof known === 'object' ? misfit(resolve, known, each, `${path}.${name}`) : undefined)
    if (fault) return fault
  }
  return undefined
}
