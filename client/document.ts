import openapiTS, { astToString } from 'openapi-typescript'
import ts from 'typescript'
import { features } from '../src/features/index.ts'
import { assemble } from '../src/kernel/application.ts'
import { openApiDocument } from '../src/surfaces/openapi/document.ts'

/** Where the types of the OpenAPI document are kept. */
export const OPENAPI_FILE = new URL('src/openapi.ts', import.meta.url)

const HEADING = `// Made from the OpenAPI document by \`npm run client:generate\`; not written by hand.

/** Any JSON. TypeScript lets an alias refer to itself, and no member of an interface. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }

`

/** The types of the OpenAPI document that this server serves, as TypeScript. */
export async function openApiTypes(): Promise<string> {
  const document = JSON.stringify(openApiDocument(assemble(features)))
  const ast = await openapiTS(document, {
    // What has a default may be left out of a request; answers say by themselves what they require.
    defaultNonNullable: false,
    transform: (_, { path }) =>
      path === '#/components/schemas/JsonValue' ? ts.factory.createTypeReferenceNode('JsonValue') : undefined,
  })
  return HEADING + astToString(ast)
}
