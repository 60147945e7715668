import type { Operation } from '../../kernel/operation.ts'
import { makeGatherer } from '../http/input.ts'

/** An operation's flat input as the parts of an HTTP request: what the server's gathering undoes. */
export interface RequestParts {
  readonly path: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  /** undefined where nothing goes into the body. */
  readonly body: unknown
}

/**
 * Says where each field of an input goes. A field that the operation does not know goes where its like would, so that
 * the server names it.
 */
export function splitInput(op: Operation, input: Readonly<Record<string, unknown>>): RequestParts {
  const { sources } = makeGatherer(op)
  const fallback = op.http.method === 'GET' || op.http.body ? 'query' : 'body'
  const parts: Record<'path' | 'query' | 'body', Record<string, unknown>> = { path: {}, query: {}, body: {} }
  for (const [name, value] of Object.entries(input))
    if (value !== undefined) parts[sources[name] ?? fallback][name] = value
  const { path, query, body } = parts
  if (op.http.body) return { path, query, body: body[op.http.body] }
  return { path, query, body: Object.keys(body).length > 0 ? body : undefined }
}

/** Text as it stands in a URL's path or query. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/**
 * The path and query of a request. Arrays repeat their parameter. Throws an Error naming the field when one of the
 * path's is missing.
 */
export function requestTarget(op: Operation, { path, query }: RequestParts): string {
  const filled = op.http.path.replace(/:(\w+)/g, (_, name: string) => {
    const value = path[name]
    if (value === undefined || value === null || value === '') throw new Error(`${name} is required`)
    return encodeURIComponent(textOf(value))
  })
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    for (const each of Array.isArray(value) ? (value as unknown[]) : [value])
      search.append(name, textOf(each))
  return search.size > 0 ? `${filled}?${search.toString()}` : filled
}
