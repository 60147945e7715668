import type { Assembly } from '../../kernel/application.ts'
import type { Operation } from '../../kernel/operation.ts'
import { fieldsOf } from '../http/input.ts'

/** A problem that comes from around the operations, not from one of them. */
export interface GeneralProblem {
  readonly code: string
  readonly status: number
  /** What happened, for the reader of the documentation; the problem's own `detail` says what to do about it. */
  readonly meaning: string
  /** Which operations may answer so; absent: none, it is given where no operation is reached. */
  readonly of?: (op: Operation) => boolean
}

const takesBody = (op: Operation): boolean => op.http.method !== 'GET'
const isPost = (op: Operation): boolean => op.http.method === 'POST'
const needsKey = (op: Operation): boolean => op.permission !== 'public'
const any = (): boolean => true

/** Whether its answers come in pages: then the Link header leads on. */
export const isPaged = (op: Operation): boolean => op.http.method === 'GET' && 'cursor' in fieldsOf(op)

/** What a query of GraphQL may meet: all are 400. */
const OF_QUERIES: readonly (readonly [code: string, meaning: string])[] = [
  ['invalid_query', 'The query is no valid GraphQL for this schema.'],
  ['unknown_operation', 'operationName names none of the operations of the query.'],
  ['query_too_large', 'The query is too long, or has too many fields.'],
  ['query_too_deep', 'The query has too many levels of fields.'],
  ['too_many_aliases', 'The query has too many aliases.'],
  ['fragment_cycle', 'A fragment of the query spreads itself.'],
  ['query_too_broad', 'By its limits the query may bring too much together.'],
  ['answer_too_large', 'The answer to the query would be too large.'],
  ['batch_not_supported', 'An array of queries was sent.'],
  ['subscription_needs_socket', 'A subscription was sent over HTTP.'],
  ['idempotency_key_ambiguous', 'One Idempotency-Key came with several mutations.'],
  ['too_many_subscriptions', 'One socket runs too many queries at once.'],
]

/** What whoever speaks MCP may meet; the last three are said in a tool's result. */
const OF_MCP: readonly (readonly [code: string, status: number, meaning: string])[] = [
  ['host_refused', 403, 'A request to /mcp came under a name that is none of this server.'],
  ['origin_refused', 403, 'A page of another site called /mcp.'],
  [
    'confirmation_required',
    409,
    'A tool that destroys asks first: call it again with the token that came along.',
  ],
  ['confirmation_invalid', 409, 'A tool got a confirm that is not, or no longer, that of the call.'],
  ['not_confirmed', 409, 'The user was asked about a tool and did not agree; nothing was changed.'],
]

/** Every general problem, by status. */
export const GENERAL_PROBLEMS: readonly GeneralProblem[] = [
  {
    code: 'validation_failed',
    status: 400,
    meaning: 'The input does not fit; `errors` names each field, an unknown one too.',
    of: any,
  },
  {
    code: 'invalid_id',
    status: 400,
    meaning: 'An id in the path is none.',
    of: (op) => /:(\w+_)?id\b/.test(op.http.path),
  },
  {
    code: 'invalid_cursor',
    status: 400,
    meaning: 'The cursor was changed, or belongs to another list or other filters.',
    of: isPaged,
  },
  {
    code: 'invalid_value',
    status: 400,
    meaning: 'A value fits the schema, and yet cannot be stored.',
    of: any,
  },
  {
    code: 'invalid_text',
    status: 400,
    meaning: 'A text holds the character NUL, or half of a surrogate pair.',
    of: any,
  },
  {
    code: 'malformed_json',
    status: 400,
    meaning: 'The body is not JSON in UTF-8, or nests too deeply.',
    of: takesBody,
  },
  {
    code: 'expectation_failed',
    status: 417,
    meaning: 'The header Expect asks for something else than 100-continue.',
  },
  {
    code: 'malformed_request',
    status: 400,
    meaning: 'The request is not well-formed HTTP, or was cut short.',
    of: any,
  },
  {
    code: 'invalid_if_match',
    status: 400,
    meaning: 'If-Match holds neither a version nor `*`.',
    of: (op) => op.precondition === true,
  },
  {
    code: 'precondition_not_supported',
    status: 400,
    meaning: 'If-Match was sent to an operation that takes no condition.',
    of: (op) => takesBody(op) && op.precondition !== true,
  },
  {
    code: 'invalid_idempotency_key',
    status: 400,
    meaning: 'Idempotency-Key does not have 1 to 255 characters.',
    of: isPost,
  },
  {
    code: 'unauthorized',
    status: 401,
    meaning: 'The key is missing, unknown, expired or revoked.',
    of: needsKey,
  },
  {
    code: 'forbidden',
    status: 403,
    meaning: "The key's user lacks the permission, which `permission` names.",
    of: (op) => needsKey(op) && op.permission !== 'authenticated',
  },
  { code: 'route_not_found', status: 404, meaning: 'There is no such route.' },
  {
    code: 'method_not_allowed',
    status: 405,
    meaning: 'The route exists under the methods that the header Allow lists.',
  },
  { code: 'request_timeout', status: 408, meaning: 'The request did not arrive in time.' },
  {
    code: 'conflict',
    status: 409,
    meaning: 'What is stored changed in the same moment; read it again.',
    of: takesBody,
  },
  {
    code: 'idempotency_in_flight',
    status: 409,
    meaning: 'The first request with this Idempotency-Key is still running.',
    of: isPost,
  },
  {
    code: 'version_mismatch',
    status: 412,
    meaning: 'If-Match names another version than the one that stands; `current_version` is that.',
    of: (op) => op.precondition === true,
  },
  {
    code: 'body_too_large',
    status: 413,
    meaning: 'The body is larger than the route takes.',
    of: takesBody,
  },
  { code: 'url_too_long', status: 414, meaning: 'The address is longer than 8 KiB.' },
  {
    code: 'unsupported_media_type',
    status: 415,
    meaning: 'The body has a media type that the route does not take, or is compressed.',
    of: takesBody,
  },
  {
    code: 'constraint_violated',
    status: 422,
    meaning: 'A rule that the database keeps refuses the change.',
    of: takesBody,
  },
  {
    code: 'idempotency_key_reused',
    status: 422,
    meaning: 'This Idempotency-Key came with another request before.',
    of: isPost,
  },
  { code: 'upgrade_required', status: 426, meaning: 'The route is a WebSocket, and the request opens none.' },
  {
    code: 'rate_limited',
    status: 429,
    meaning:
      'The key, or all keys of its tenant, called too often, or too many wrong keys came from the address. Retry-After says when to go on.',
    of: needsKey,
  },
  {
    code: 'too_many_sockets',
    status: 429,
    meaning: 'The key has as many WebSockets open as one may; said on the socket.',
  },
  { code: 'headers_too_large', status: 431, meaning: 'The headers are larger than 16 KiB.' },
  {
    code: 'internal_error',
    status: 500,
    meaning: 'A fault of ours, logged under the request id; see what was done before you send it again.',
    of: any,
  },
  {
    code: 'unavailable',
    status: 503,
    meaning: 'The database is busy or restarting; nothing was changed. Retry-After says when to try again.',
    of: any,
  },
  {
    code: 'outcome_unknown',
    status: 503,
    meaning:
      'The connection to the database broke before it said whether this was done. With an Idempotency-Key, send it again with that (Retry-After says when); without one, see what is there first.',
    of: any,
  },
  {
    code: 'overloaded',
    status: 503,
    meaning: 'This server has more to do than it can; nothing was done. Retry-After says when to try again.',
    of: needsKey,
  },
  { code: 'database_unavailable', status: 503, meaning: 'A probe found that the database does not answer.' },
  {
    code: 'draining',
    status: 503,
    meaning:
      'This server is stopping: a probe found it so, or the request had not arrived; nothing was done.',
  },
  { code: 'not_acceptable', status: 406, meaning: 'The header Accept allows no media type of the answer.' },
  ...OF_QUERIES.map(([code, meaning]) => ({ code, status: 400, meaning })),
  ...OF_MCP.map(([code, status, meaning]) => ({ code, status, meaning })),
]

/** The codes with which an operation may answer, general ones first, by status, ascending. */
export function problemsOf(op: Operation): Map<number, string[]> {
  const all = [
    ...GENERAL_PROBLEMS.filter((each) => each.of?.(op)).map((each) => [each.code, each.status] as const),
    ...Object.entries(op.problems ?? {}),
  ]
  const byStatus = new Map<number, string[]>()
  for (const [code, status] of all.toSorted((a, b) => a[1] - b[1])) {
    const codes = byStatus.get(status) ?? []
    if (!codes.includes(code)) byStatus.set(status, [...codes, code])
  }
  return byStatus
}

/** A code as the documentation lists it. */
export interface ListedProblem {
  code: string
  statuses: number[]
  /** Of a general problem. */
  meaning: string | undefined
  /** The operations that declare it. */
  operations: Operation[]
}

/** Every code there is, sorted. */
export function listProblems({ operations }: Assembly): ListedProblem[] {
  const listed = new Map<string, ListedProblem>()
  const entry = (code: string, status: number, meaning?: string): ListedProblem => {
    const known = listed.get(code) ?? { code, statuses: [], meaning, operations: [] }
    if (!known.statuses.includes(status)) known.statuses.push(status)
    listed.set(code, known)
    return known
  }
  for (const { code, status, meaning } of GENERAL_PROBLEMS) entry(code, status, meaning)
  for (const op of operations.values())
    for (const [code, status] of Object.entries(op.problems ?? {})) entry(code, status).operations.push(op)
  return [...listed.values()].sort((a, b) => (a.code < b.code ? -1 : 1))
}
