import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { OPENAPI_FILE, openApiTypes } from './document.ts'

test('the types are those of the OpenAPI document as it is', async () => {
  const kept = await readFile(OPENAPI_FILE, 'utf8')
  assert.ok(kept === (await openApiTypes()), 'client/src/openapi.ts is not current: npm run client:generate')
})
