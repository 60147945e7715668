import assert from 'node:assert/strict'
import { test } from 'node:test'
import { features } from '../../features/index.ts'
import { assemble } from '../../kernel/application.ts'
import { makeGatherer } from '../http/input.ts'
import { openApiDocument } from './document.ts'
import { requestTarget, splitInput } from './request.ts'

interface Described {
  operationId: string
  parameters?: { name?: string; in?: string; $ref?: string }[]
  requestBody?: { content: Record<string, { schema: { properties?: Record<string, unknown> } }> }
  responses: Record<string, unknown>
}

const assembly = assemble(features)
const operations = [...assembly.operations.values()]
const text = JSON.stringify(openApiDocument(assembly))
const document = JSON.parse(text) as {
  paths: Record<string, Record<string, Described>>
  components: Record<string, Record<string, unknown>>
}

const describedAt = (method: string, route: string): Described | undefined =>
  document.paths[route.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]

test('every operation is described at its route, with each field of its input in one place', () => {
  for (const op of operations) {
    const described = describedAt(op.http.method, op.http.path)
    assert.ok(described, op.name)
    const parameters = (described.parameters ?? []).filter((each) => each.in && each.in !== 'header')
    const body = described.requestBody?.content['application/json']?.schema
    const inBody = op.http.body ? [op.http.body] : Object.keys(body?.properties ?? {})
    const places = [
      ...parameters.map((each) => `${each.in} ${each.name}`),
      ...inBody.map((name) => `body ${name}`),
    ]
    const sources = Object.entries(makeGatherer(op).sources).map(([name, source]) => `${source} ${name}`)
    assert.deepEqual(places.sort(), sources.sort(), op.name)
  }
})

test('every operation has an id of its own, and says what it answers when all is well', () => {
  const all = Object.values(document.paths).flatMap((methods) => Object.values(methods))
  assert.equal(new Set(all.map((each) => each.operationId)).size, all.length)
  assert.equal(all.length, operations.length + 3, 'and /health, /ready and /metrics')
  for (const op of operations)
    assert.ok(describedAt(op.http.method, op.http.path)?.responses[op.http.status], op.name)
})

test('every problem that an operation declares is described under its status', () => {
  for (const op of operations) {
    const responses = describedAt(op.http.method, op.http.path)?.responses ?? {}
    for (const [code, status] of Object.entries(op.problems ?? {}))
      assert.match(JSON.stringify(responses[status]), new RegExp(`"${code}"`), `${op.name} ${code}`)
  }
})

test('every reference leads somewhere, and every component is referred to', () => {
  const referred = new Set([...text.matchAll(/"\$ref":"#\/components\/([^"]+)"/g)].map(([, each]) => each!))
  const components = Object.entries(document.components)
    .filter(([kind]) => kind !== 'securitySchemes')
    .flatMap(([kind, named]) => Object.keys(named).map((name) => `${kind}/${name}`))
  assert.deepEqual([...referred].sort(), components.sort())
})

test('the same operations make the same text', () => {
  assert.equal(JSON.stringify(openApiDocument(assemble(features))), text)
})

test('every example fits the schemas of its operation', () => {
  for (const op of operations)
    for (const { summary, input, output } of op.examples ?? []) {
      assert.deepEqual(op.input.safeParse(input).error?.issues, undefined, `${op.name}: ${summary}, input`)
      if (op.http.status !== 204)
        assert.deepEqual(
          op.output.safeParse(output).error?.issues,
          undefined,
          `${op.name}: ${summary}, output`,
        )
    }
})

test('every example, sent as a request, is gathered into the same input again', () => {
  for (const op of operations) {
    const pattern = new RegExp(`^${op.http.path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`)
    for (const { summary, input } of op.examples ?? []) {
      const parts = splitInput(op, input as Record<string, unknown>)
      const url = new URL(requestTarget(op, parts), 'http://server')
      const params = Object.fromEntries(
        Object.entries(pattern.exec(url.pathname)?.groups ?? {}).map(([name, value]) => [
          name,
          decodeURIComponent(value),
        ]),
      )
      const query: Record<string, string | string[]> = {}
      for (const name of new Set(url.searchParams.keys())) {
        const values = url.searchParams.getAll(name)
        query[name] = values.length > 1 ? values : values[0]!
      }
      const gathered = makeGatherer(op)({ params, query, body: parts.body })
      assert.deepEqual(gathered, input, `${op.name}: ${summary}`)
    }
  }
})

test('it says where what is no path of it is described', () => {
  const { info } = JSON.parse(text) as { info: { description: string } }
  for (const door of ['/graphql', '/mcp', '/asyncapi.json']) {
    assert.ok(info.description.includes(`\`${door}\``), door)
    assert.ok(!Object.hasOwn(document.paths, door), door)
  }
})
