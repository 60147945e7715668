import { OF_NO_OPERATION, type Catalogue, type Described } from './catalogue.ts'
import { misfit } from './schema.ts'
import type { Exchange, WireAnswer } from './wire.ts'

/** What betrays the inside of the server: a stack, a statement, a path of the installation, a connection string. */
const INSIDE =
  /\bat [^\n"]{1,200}[/\\][^\n"]{1,200}\.[cm]?[jt]s:\d+|node:internal|node_modules|file:\/\/|\b(SELECT|INSERT INTO|DELETE FROM) [a-z_*]|syntax error at or near|postgres(ql)?:\/\/|\bpg_[a-z]+\b|ECONNREFUSED|ZodError|TypeError/

/** What the record tells of an event store that is away, to whoever follows it: the system's own word, on purpose. */
const STORE_AWAY = /did not answer its probe: connect ECONNREFUSED/g

/** What an upgraded connection said that betrays the inside of the server. */
const betrayed = (frames: Buffer): string | undefined =>
  INSIDE.exec(frames.toString('latin1').replace(STORE_AWAY, ''))?.[0]

/** A problem document, as far as it is looked at. */
interface Document {
  type?: unknown
  title?: unknown
  status?: unknown
  detail?: unknown
  code?: unknown
}

function problemFault(
  answer: WireAnswer,
  operation: Described | undefined,
  known: Catalogue,
): string | undefined {
  const type = answer.headers.get('content-type') ?? ''
  if (!type.startsWith('application/problem+json')) return `${answer.status} comes as ${type || 'nothing'}`
  let document: Document
  try {
    document = JSON.parse(answer.body.toString()) as Document
  } catch {
    return `the problem is no JSON: ${answer.body.toString().slice(0, 200)}`
  }
  const { code, status, title, detail } = document
  if (status !== answer.status) return `the problem of ${answer.status} says it is ${String(status)}`
  if (typeof code !== 'string' || !title || !detail || !document.type)
    return `the problem is not whole: ${JSON.stringify(document)}`
  const unfit = misfit(known.resolve, { $ref: '#/components/schemas/Problem' }, document)
  if (unfit) return `the problem does not fit its schema: ${unfit}`
  if (!known.codes.has(code)) return `nobody declares the code ${code}`
  const declared = operation?.responses.get(answer.status)?.codes.includes(code)
  if (operation && !declared && !OF_NO_OPERATION.includes(code))
    return `its operation does not declare ${answer.status} ${code}`
  if (!answer.headers.get('x-request-id')) return 'the answer has no request id'
  if (INSIDE.test(JSON.stringify(document)))
    return `the problem tells of the inside: ${JSON.stringify(document).slice(0, 400)}`
  return undefined
}

function successFault(answer: WireAnswer, operation: Described, { resolve }: Catalogue): string | undefined {
  const response = [...operation.responses].find(([status]) => status === answer.status)?.[1]
  // An operation may say 200 where it declares 201: what it would create was there already.
  const declared = response ?? [...operation.responses].find(([status]) => status < 300)?.[1]
  if (!declared || (answer.status !== 200 && !response))
    return `its operation does not declare ${answer.status}`
  const text = answer.body.toString()
  if (declared.schemas.size === 0) return text === '' ? undefined : `${answer.status} has a body`
  const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? ''
  const schema = declared.schemas.get(type)
  if (!schema) return `its operation does not declare ${type}`
  if (!type.includes('json')) return undefined
  const lines = type === 'application/x-ndjson' ? text.split('\n').filter(Boolean) : [text]
  for (const line of lines) {
    const fault = misfit(resolve, schema, JSON.parse(line))
    if (fault) return `the answer does not fit its schema: ${fault}`
  }
  return undefined
}

/** What must not be of one answer; undefined where all is well. `operation`: whose it is, where that is certain. */
export function faultOf(
  answer: WireAnswer,
  operation: Described | undefined,
  method: string,
  known: Catalogue,
): string | undefined {
  const { status, headers } = answer
  if (status === 101) {
    const inside = betrayed(answer.body)
    return inside === undefined ? undefined : `a connection of 101 tells of the inside: ${inside}`
  }
  if (!(status >= 200 && status < 600)) return `no status of an answer: ${status}`
  if (status >= 500 && !(status === 503 && headers.has('retry-after')))
    return `${status}: ${answer.body.toString().slice(0, 300)}`
  if (method === 'HEAD') return undefined
  if (status >= 400) return problemFault(answer, operation, known)
  return operation && status < 300 ? successFault(answer, operation, known) : undefined
}

/** What must not be of an exchange; `needed`: at least one answer. */
export function exchangeFault(
  { answers, end }: Exchange,
  { operation, method, needed }: { operation: Described | undefined; method: string; needed: boolean },
  known: Catalogue,
): string | undefined {
  if (end === 'late') return 'no answer within 20 seconds, and the connection stands'
  if (needed && answers.length === 0) return 'the connection ended without an answer'
  for (const answer of answers) {
    const fault = faultOf(answer, operation, method, known)
    if (fault) return fault
  }
  return undefined
}
