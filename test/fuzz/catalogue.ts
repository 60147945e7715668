import { resolverOf, type Resolve, type Schema } from './schema.ts'

/** A field of the path or the query. */
export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly required: boolean
  readonly schema: Schema
}

/** What an operation may answer with one status. */
export interface Response {
  /** By media type; none for 204. */
  readonly schemas: ReadonlyMap<string, Schema>
  /** The codes of a problem. */
  readonly codes: readonly string[]
}

/** An operation as the served document tells of it. */
export interface Described {
  readonly id: string
  readonly method: string
  /** With `{field}` where a field stands. */
  readonly path: string
  readonly parameters: readonly Parameter[]
  readonly body: { readonly schema: Schema; readonly types: readonly string[] } | undefined
  readonly responses: ReadonlyMap<number, Response>
}

export interface Catalogue {
  readonly operations: readonly Described[]
  /** Every code that any operation, or the server itself, may answer with. */
  readonly codes: ReadonlySet<string>
  readonly resolve: Resolve
}

interface Content {
  content?: Record<string, { schema: Schema }>
}

interface Document {
  paths: Record<
    string,
    Record<
      string,
      {
        operationId: string
        parameters?: (Parameter & { $ref?: string })[]
        requestBody?: Required<Content>
        responses: Record<string, Content & { $ref?: string }>
      }
    >
  >
  components: { schemas: Record<string, Schema>; responses: Record<string, Content> }
}

function responseOf({ content = {} }: Content): Response {
  const schemas = new Map(Object.entries(content).map(([type, { schema }]) => [type, schema]))
  const codes = schemas.get('application/problem+json')?.properties?.['code']?.enum ?? []
  return { schemas, codes: codes as string[] }
}

/** Codes that are answered before an operation is reached, or where there is none. */
export const OF_NO_OPERATION: readonly string[] = [
  ...['route_not_found', 'method_not_allowed', 'malformed_request', 'request_timeout'],
  ...['headers_too_large', 'url_too_long', 'upgrade_required', 'expectation_failed'],
]

/** Reads /openapi.json of a server. */
export async function readCatalogue(url: string): Promise<Catalogue> {
  const { paths, components } = (await (await fetch(`${url}/openapi.json`)).json()) as Document
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters = [], requestBody, responses }]) => ({
      id: operationId,
      method: method.toUpperCase(),
      path,
      parameters: parameters.filter((each) => !each.$ref),
      body: requestBody && {
        schema: Object.values(requestBody.content).at(-1)!.schema,
        types: Object.keys(requestBody.content),
      },
      responses: new Map(
        Object.entries(responses).map(([status, response]) => [
          Number(status),
          responseOf(response.$ref ? components.responses[response.$ref.split('/').at(-1)!]! : response),
        ]),
      ),
    })),
  )
  const codes = operations.flatMap(({ responses }) => [...responses.values()].flatMap((each) => each.codes))
  return {
    operations,
    codes: new Set([...codes, ...OF_NO_OPERATION]),
    resolve: resolverOf(components.schemas),
  }
}
