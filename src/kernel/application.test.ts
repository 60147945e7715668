import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { assemble } from './application.ts'
import { operation, type Feature, type HttpRoute } from './operation.ts'

const op = (name: string, permission: string, http: Partial<HttpRoute> = {}) =>
  operation({
    name,
    summary: 'Do it',
    http: { method: 'GET', path: `/${name}`, status: 200, ...http },
    permission,
    runs: 'read',
    input: z.strictObject({}),
    output: z.void(),
    run: async () => undefined,
  })

const feature = (...operations: ReturnType<typeof op>[]): Feature => ({
  name: 'one',
  operations,
  permissions: { read_it: 'Read it' },
})

test('an operation needs a permission that a feature declares, or says that it needs none', () => {
  for (const permission of ['read_it', 'public', 'authenticated', 'operator'])
    assert.equal(assemble([feature(op('a', permission))]).operations.size, 1)
  for (const permission of ['write_it', '', undefined as unknown as string, 'constructor'])
    assert.throws(() => assemble([feature(op('a', permission))]), /no known permission/)
})

test('two operations may share neither a name nor a route, whatever its fields are called', () => {
  assert.throws(() => assemble([feature(op('a', 'public'), op('a', 'public', { path: '/b' }))]), /named a/)
  const paths = (...pair: [string, string]) =>
    assemble([feature(op('a', 'public', { path: pair[0] }), op('b', 'public', { path: pair[1] }))])
  assert.throws(() => paths('/x/:id', '/x/:other'), /two operations answer/)
  assert.equal(paths('/x/:id', '/x/:id/y').operations.size, 2)
})

test('what features bring is gathered: the tables of later ones, which refer to earlier ones, come first', () => {
  const assembly = assemble([
    { name: 'low', tables: ['low_children', 'low'], events: { 'low.created': 'x' } },
    { name: 'high', tables: ['high'], events: { 'high.created': 'y' } },
  ])
  assert.deepEqual(assembly.tables.slice(0, 3), ['high', 'low_children', 'low'])
  assert.deepEqual(Object.keys(assembly.events), ['low.created', 'high.created'])
})
