import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { operation } from '../../kernel/operation.ts'
import { makeSchemaBook } from './schemas.ts'

/** An operation of which only the schemas matter. */
const withSchemas = (name: string, input: z.ZodObject, output: z.ZodType) =>
  operation({
    name,
    summary: 'Do something',
    http: { method: 'POST', path: `/${name}`, status: 200 },
    permission: 'authenticated',
    runs: 'read',
    input,
    output,
    run: () => Promise.reject(new Error('not to be run')),
  })

test('a schema that a default makes laxer in inputs is a component of its own there', () => {
  const Thing = z.strictObject({ size: z.int().default(3) }).meta({ id: 'Thing' })
  const Box = z.strictObject({ things: z.array(Thing) }).meta({ id: 'Box' })
  const op = withSchemas('boxes.put', z.strictObject({ box: Box }), Box)
  const book = makeSchemaBook([op])
  assert.deepEqual(Object.keys(book.components), ['Box', 'BoxInput', 'Thing', 'ThingInput'])
  assert.deepEqual(book.field(op, 'box'), { $ref: '#/components/schemas/BoxInput' })
  assert.deepEqual(book.output(op), { $ref: '#/components/schemas/Box' })
  assert.match(JSON.stringify(book.components['BoxInput']), /#\/components\/schemas\/ThingInput/)
  assert.deepEqual(book.components['Thing']?.['required'], ['size'])
  assert.equal(book.components['ThingInput']?.['required'], undefined)
})

test('any JSON is one component, however often it is used', () => {
  const op = withSchemas('notes.add', z.strictObject({ one: z.json(), other: z.json().optional() }), z.json())
  const book = makeSchemaBook([op])
  assert.deepEqual(Object.keys(book.components), ['JsonValue'])
  assert.equal(book.required(op, 'one'), true)
  assert.equal(book.required(op, 'other'), false)
})

test('a schema says nothing twice: no pattern beside its format, no bounds of every safe integer', () => {
  const op = withSchemas('notes.find', z.strictObject({ id: z.uuid(), count: z.int() }), z.null())
  const book = makeSchemaBook([op])
  assert.deepEqual(book.field(op, 'id'), { type: 'string', format: 'uuid' })
  assert.deepEqual(book.field(op, 'count'), { type: 'integer' })
})

test('data in a schema stays as it is, also where it looks like a schema', () => {
  const schema = z.record(z.string(), z.unknown()).meta({ examples: [{ $ref: 'x', id: 1, minimum: 2 }] })
  const op = withSchemas('notes.keep', z.strictObject({ id: z.string(), data: schema }), z.null())
  const book = makeSchemaBook([op])
  assert.deepEqual(book.field(op, 'data')['examples'], [{ $ref: 'x', id: 1, minimum: 2 }])
  assert.deepEqual(book.field(op, 'id'), { type: 'string' })
})
