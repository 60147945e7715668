import type { Assembly } from '../../kernel/application.ts'
import type { Operation } from '../../kernel/operation.ts'
import { makeGatherer } from '../http/input.ts'
import { bodyExamples, parameterExamples } from './examples.ts'
import { manifest } from './manifest.ts'
import { OTHER_DOORS } from './other-doors.ts'
import { probePaths, PROBES_TAG } from './probe-paths.ts'
import { headerComponents, problemSchema, responseComponents, responsesOf } from './responses.ts'
import { makeSchemaBook, type JsonSchema, type SchemaBook } from './schemas.ts'

type Json = Readonly<Record<string, unknown>>

/** The name of an operation where no dot may stand. */
export const operationId = (op: Operation): string => op.name.replaceAll('.', '_')

/** What groups operations: the part of the name before the dot. */
export const tagOf = (op: Operation): string => op.name.split('.')[0] ?? op.name

/** What an operation needs, said in a sentence. */
export function permissionSentence({ permission }: Operation): string {
  if (permission === 'public') return 'Needs no key.'
  if (permission === 'authenticated') return 'Needs a key, and no permission.'
  if (permission === 'operator') return "Needs the operator's key."
  return `Needs the permission \`${permission}\`.`
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Makes a retry safe: the same key with the same request gives the first answer again, for 24 hours.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
}

const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  description: 'Change only this version: `"3"`, `3`, or `*` for any.',
  schema: { type: 'string', examples: ['"3"'] },
}

/** A field's description belongs to the parameter, not to its schema. */
function parameter(op: Operation, book: SchemaBook, name: string, source: 'path' | 'query'): Json {
  const { description, ...schema } = book.field(op, name)
  const examples = parameterExamples(op, source, name)
  return {
    name,
    in: source,
    required: source === 'path' || book.required(op, name),
    ...(description ? { description } : {}),
    ...(schema['type'] === 'array' ? { style: 'form', explode: true } : {}),
    schema,
    ...(examples ? { examples } : {}),
  }
}

function parametersOf(op: Operation, book: SchemaBook): Json[] {
  const sources = Object.entries(makeGatherer(op).sources)
  const from = (source: 'path' | 'query') =>
    sources.filter(([, each]) => each === source).map(([name]) => parameter(op, book, name, source))
  return [
    ...from('path'),
    ...from('query'),
    ...(op.http.method === 'POST' ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
    ...(op.precondition ? [{ $ref: '#/components/parameters/IfMatch' }] : []),
  ]
}

function bodySchema(op: Operation, book: SchemaBook): { schema: JsonSchema; required: boolean } | undefined {
  if (op.http.body) return { schema: book.field(op, op.http.body), required: book.required(op, op.http.body) }
  const fields = Object.entries(makeGatherer(op).sources)
    .filter(([, source]) => source === 'body')
    .map(([name]) => name)
  if (fields.length === 0) return undefined
  const required = fields.filter((name) => book.required(op, name))
  const schema = {
    type: 'object',
    properties: Object.fromEntries(fields.map((name) => [name, book.field(op, name)])),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  }
  return { schema, required: required.length > 0 }
}

function requestBodyOf(op: Operation, book: SchemaBook): Json | undefined {
  const body = bodySchema(op, book)
  if (!body) return undefined
  const examples = Object.entries(bodyExamples(op) ?? {})
  const content = (schema: JsonSchema, fits: (value: unknown) => boolean): Json => {
    const fitting = examples.filter(([, { value }]) => fits(value))
    return { schema, ...(fitting.length > 0 ? { examples: Object.fromEntries(fitting) } : {}) }
  }
  const isText = (value: unknown): boolean => typeof value === 'string'
  const textual = op.http.textBody ?? []
  return {
    required: body.required,
    content: {
      ...Object.fromEntries(textual.map((type) => [type, content({ type: 'string' }, isText)])),
      'application/json': content(body.schema, (value) => textual.length === 0 || !isText(value)),
    },
  }
}

function describe(op: Operation): string {
  const bytes = op.http.bodyLimit
  return [
    op.description,
    permissionSentence(op),
    op.precondition ? 'Honours If-Match.' : undefined,
    bytes ? `The body may have ${Math.floor(bytes / 1024 / 1024)} MiB.` : undefined,
    op.reportsProgress
      ? 'With `Accept: application/x-ndjson` it says how far it is, line by line, and answers in the last line.'
      : undefined,
  ]
    .filter(Boolean)
    .join('\n\n')
}

function describeOperation(op: Operation, book: SchemaBook): Json {
  const parameters = parametersOf(op, book)
  const requestBody = requestBodyOf(op, book)
  return {
    operationId: operationId(op),
    summary: op.summary,
    description: describe(op),
    tags: [tagOf(op)],
    ...(op.permission === 'public' ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(requestBody ? { requestBody } : {}),
    responses: responsesOf(op, book.output(op)),
  }
}

/** Only components that something refers to, directly or by way of another: an unused one is noise. */
function usedComponents(root: unknown, components: Readonly<Record<string, JsonSchema>>): Json {
  const used = new Set<string>()
  const visit = (part: unknown): void => {
    for (const [, name] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      if (name && !used.has(name)) {
        used.add(name)
        visit(components[name] ?? {})
      }
  }
  visit(root)
  return Object.fromEntries(Object.entries(components).filter(([name]) => used.has(name)))
}

/** A tag's line: what one may do there, taken from the names of its operations. */
function describeTag(tag: string, operations: readonly Operation[]): Json {
  const verbs = operations
    .filter((op) => tagOf(op) === tag)
    .map((op) => op.name.slice(tag.length + 1).replaceAll('_', ' '))
  return { name: tag, description: `The operations \`${tag}.…\`: ${verbs.join(', ')}.` }
}

const INTRODUCTION =
  'A task graph in PostgreSQL that a crowd of agents can drain: they ask it what to do next, and it never gives two of ' +
  'them the same thing. Authenticate with `Authorization: Bearer KEY`. Errors are problem documents (RFC 9457); an ' +
  'unknown field or parameter is one. See `/docs` for a guide.\n\n' +
  `Not among these paths: ${OTHER_DOORS}`

/**
 * The OpenAPI 3.1 document of a set of features: pure, and the same text for the same features. Throws when two
 * operations would share an operationId, or two different schemas a name.
 */
export function openApiDocument(assembly: Assembly): Json {
  const operations = [...assembly.operations.values()]
  const book = makeSchemaBook(operations)
  const paths: Record<string, Record<string, unknown>> = {}
  const ids = new Set<string>()
  for (const op of operations) {
    if (ids.has(operationId(op))) throw new Error(`two operations have the operationId ${operationId(op)}`)
    ids.add(operationId(op))
    const path = op.http.path.replace(/:(\w+)/g, '{$1}')
    ;(paths[path] ??= {})[op.http.method.toLowerCase()] = describeOperation(op, book)
  }
  const allPaths = { ...paths, ...probePaths }
  const tags = [...new Set(operations.map(tagOf))]
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cairn Codex',
      version: manifest.version,
      summary: manifest.description,
      description: INTRODUCTION,
      license: { name: 'Apache License 2.0', identifier: manifest.license },
    },
    servers: [{ url: '/', description: 'This server' }],
    security: [{ key: [] }],
    tags: [...tags.map((tag) => describeTag(tag, operations)), PROBES_TAG],
    paths: allPaths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: "A user's key, or the operator's" },
      },
      parameters: { IdempotencyKey: IDEMPOTENCY_KEY, IfMatch: IF_MATCH },
      headers: headerComponents,
      responses: responseComponents,
      schemas: { ...usedComponents(allPaths, book.components), Problem: problemSchema },
    },
  }
}
