import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { Catalogue, Described } from './catalogue.ts'
import { exchangeFault, faultOf } from './judgement.ts'
import { resolverOf } from './schema.ts'
import { Wire, type WireAnswer } from './wire.ts'

const PROBLEM = { type: 'x', title: 'x', status: 400, detail: 'x', code: 'validation_failed' }

const operation: Described = {
  id: 'tasks_get',
  method: 'GET',
  path: '/tasks/{task_id}',
  parameters: [],
  body: undefined,
  responses: new Map([
    [
      200,
      {
        schemas: new Map([
          ['application/json', { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } }],
        ]),
        codes: [],
      },
    ],
    [400, { schemas: new Map(), codes: ['validation_failed'] }],
  ]),
}
const known: Catalogue = {
  operations: [operation],
  codes: new Set(['validation_failed', 'conflict']),
  resolve: resolverOf({ Problem: { type: 'object', required: ['code', 'status'] } }),
}

const answer = (status: number, body: unknown, type = 'application/json'): WireAnswer => ({
  status,
  headers: new Map([
    ['content-type', type],
    ['x-request-id', 'r'],
  ]),
  body: Buffer.from(JSON.stringify(body)),
})
const problem = (fields: object): WireAnswer =>
  answer(400, { ...PROBLEM, ...fields }, 'application/problem+json')
const fault = (one: WireAnswer): string | undefined => faultOf(one, operation, 'GET', known)

test('an answer that keeps every promise has no fault', () => {
  assert.equal(fault(answer(200, { id: 1 })), undefined)
  assert.equal(fault(problem({})), undefined)
  const away = 'the event store did not answer its probe: connect ECONNREFUSED 203.0.113.7:443'
  assert.equal(fault(answer(101, { type: 'event', reason: away })), undefined)
})

test('each broken promise is a fault that says what it is', () => {
  for (const [one, said] of [
    [answer(500, PROBLEM, 'application/problem+json'), /^500/],
    [answer(503, PROBLEM, 'application/problem+json'), /^503/],
    [answer(200, { id: 'x' }), /id is no integer/],
    [answer(200, {}), /lacks id/],
    [answer(202, {}), /does not declare 202/],
    [answer(400, PROBLEM), /comes as application\/json/],
    [problem({ code: 'surprise' }), /nobody declares/],
    [problem({ code: 'conflict' }), /does not declare 400 conflict/],
    [problem({ status: 404 }), /says it is 404/],
    [problem({ detail: 'at run (/srv/app/main.ts:3:4)' }), /inside/],
    [problem({ detail: 'syntax error at or near "x"' }), /inside/],
    [answer(101, 'connect ECONNREFUSED 203.0.113.7:5432'), /inside: ECONNREFUSED/],
  ] as const)
    assert.match(fault(one) ?? 'no fault', said)
})

/** Answers in chunks, hangs up without a word, or pipelines, by the path. */
const server = createServer((request, response) => {
  if (request.url === '/cut') request.socket.destroy()
  else {
    response.write('{"id":')
    setTimeout(() => response.end('1}'), 10)
  }
})
let url: string
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
after(() => server.close())

const get = (path: string): Buffer => Buffer.from(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)

test('answers in chunks are read whole, one after another and several at once', async () => {
  const wire = new Wire(url)
  for (let nth = 0; nth < 2; nth++) {
    const { answers, end } = await wire.exchange(get('/'), { method: 'GET' })
    assert.deepEqual([answers[0]?.body.toString(), end], ['{"id":1}', 'open'])
  }
  wire.close()
  const other = new Wire(url)
  const twice = Buffer.concat([get('/'), get('/')])
  const { answers } = await other.exchange(twice, { method: 'GET', endAfter: 200 })
  assert.equal(answers.length, 2)
  other.close()
})

test('a connection that ends without the answer that is due is a fault', async () => {
  const wire = new Wire(url)
  const exchange = await wire.exchange(get('/cut'), { method: 'GET' })
  const facts = { operation, method: 'GET' }
  assert.match(exchangeFault(exchange, { ...facts, needed: true }, known) ?? '', /without an answer/)
  assert.equal(exchangeFault(exchange, { ...facts, needed: false }, known), undefined)
  wire.close()
})
