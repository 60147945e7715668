import type { Operation } from '../../kernel/operation.ts'
import { slug } from './examples.ts'
import { GENERAL_PROBLEMS, isPaged, problemsOf } from './problem-codes.ts'
import type { JsonSchema } from './schemas.ts'

type Json = Readonly<Record<string, unknown>>

export const PROBLEM_JSON = 'application/problem+json'

const PROBLEM = { $ref: '#/components/schemas/Problem' }

/** The schema of RFC 9457's document, with our `code`. */
export const problemSchema: JsonSchema = {
  type: 'object',
  description: 'What is wrong, and what to do next (RFC 9457).',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string', description: 'Leads to the code in this documentation' },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string', description: 'What is wrong and what to do next, in one sentence' },
    code: { type: 'string', description: 'A stable word for programs', examples: ['validation_failed'] },
    errors: {
      type: 'array',
      description: 'Of a validation: each fault',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
    retry_after: { type: 'integer', description: 'Seconds after which to try again' },
  },
  additionalProperties: true,
}

/** Headers of answers, as components. */
export const headerComponents: Json = {
  'X-Request-Id': {
    description: 'The id of this request, also in the log and in the record; a harmless one of yours is kept',
    schema: { type: 'string' },
  },
  ETag: {
    description: 'The version, in quotes; give it back as If-Match',
    schema: { type: 'string', examples: ['"3"'] },
  },
  Link: {
    description: 'The next page, where there is one: `<…>; rel="next"`',
    schema: { type: 'string' },
  },
  'Idempotency-Replayed': {
    description: '`true` where this is the answer that an earlier request with the same Idempotency-Key got',
    schema: { type: 'string', const: 'true' },
  },
  'Retry-After': { description: 'Seconds', schema: { type: 'integer' } },
  RateLimit: {
    description:
      'Calls that are left to the key and to its tenant (`r`), and the seconds until all are there (`t`)',
    schema: { type: 'string', examples: ['"key";r=1999;t=1, "tenant";r=9999;t=1'] },
  },
  'RateLimit-Policy': {
    description: 'Calls that may come at once (`q`), and the seconds in which so many are there again (`w`)',
    schema: { type: 'string', examples: ['"key";q=2000;w=10, "tenant";q=10000;w=10'] },
  },
}

const headers = (...names: string[]): Json =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))

/** Answers that are the same for all operations, under the name of their component. */
const SHARED: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  413: 'BodyTooLarge',
  415: 'UnsupportedMediaType',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'Unavailable',
}

/** The codes, and what a general one means where it stands alone; /docs explains them all. */
const describeCodes = (codes: readonly string[]): string => {
  const alone = codes.length === 1 ? GENERAL_PROBLEMS.find((each) => each.code === codes[0]) : undefined
  return codes.map((code) => `\`${code}\``).join(', ') + (alone ? `: ${alone.meaning}` : '')
}

/** One status with the codes that it may carry. */
export const problemResponse = (status: number, codes: readonly string[]): Json => ({
  description: describeCodes(codes),
  headers: headers(
    'X-Request-Id',
    ...(status === 503 || status === 429 ? ['Retry-After'] : []),
    ...(status === 429 ? ['RateLimit', 'RateLimit-Policy'] : []),
  ),
  content: {
    [PROBLEM_JSON]: {
      schema: { allOf: [PROBLEM], type: 'object', properties: { code: { enum: codes } } },
    },
  },
})

const sharedCodes = (status: number): string[] =>
  GENERAL_PROBLEMS.filter((each) => each.of && each.status === status).map((each) => each.code)

export const responseComponents: Json = Object.fromEntries(
  Object.entries(SHARED).map(([status, name]) => [
    name,
    problemResponse(Number(status), sharedCodes(Number(status))),
  ]),
)

function problemOrShared(status: number, codes: readonly string[]): Json {
  const name = SHARED[status]
  return name && sharedCodes(status).join() === codes.join()
    ? { $ref: `#/components/responses/${name}` }
    : problemResponse(status, codes)
}

const SUCCESS = { 200: 'Done', 201: 'Created', 204: 'Done, without a body' } as const

function success(op: Operation, output: JsonSchema): Json {
  const answer = {
    description: SUCCESS[op.http.status],
    headers: headers(
      'X-Request-Id',
      ...(op.versioned ? ['ETag'] : []),
      ...(isPaged(op) ? ['Link'] : []),
      ...(op.http.method === 'POST' ? ['Idempotency-Replayed'] : []),
    ),
  }
  if (op.http.status === 204) return answer
  const examples = Object.fromEntries(
    (op.examples ?? []).map(({ summary, output: value }) => [slug(summary), { summary, value }]),
  )
  const json = { schema: output, ...(op.examples?.length ? { examples } : {}) }
  const content = {
    'application/json': json,
    ...(op.reportsProgress ? { 'application/x-ndjson': { schema: progressLine(output) } } : {}),
  }
  return { ...answer, content }
}

/** Lines of JSON to a caller that accepts them: how far it is, then the answer with its status. */
const progressLine = (output: JsonSchema): JsonSchema => ({
  description: 'A line each: progress while it works, and at the end the answer or a problem',
  anyOf: [
    {
      type: 'object',
      required: ['progress'],
      properties: {
        progress: {
          type: 'object',
          required: ['done', 'total'],
          properties: { done: { type: 'integer' }, total: { type: 'integer' } },
        },
      },
    },
    {
      type: 'object',
      required: ['status', 'body'],
      properties: { status: { type: 'integer' }, body: { anyOf: [output, PROBLEM] } },
    },
  ],
})

/** All answers of an operation. */
export const responsesOf = (op: Operation, output: JsonSchema): Json => ({
  [op.http.status]: success(op, output),
  ...Object.fromEntries(
    [...problemsOf(op)].map(([status, codes]) => [String(status), problemOrShared(status, codes)]),
  ),
})
