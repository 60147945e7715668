import { z } from 'zod'
import type { Application } from './application.ts'
import { requirePermission, type AnswerFacts, type Caller, type Ctx, type RequestFacts } from './context.ts'
import { changing, problemOfDatabase, retryDeadlocks, transact, type Queryable } from './database.ts'
import { freeSoon, holdKey } from './idempotency.ts'
import { parseJson } from './json.ts'
import type { Operation } from './operation.ts'
import { Problem, problemDocument, validationFailed, type ProblemDocument } from './problem.ts'
import { appendToRecord, type RecordEntry } from './record.ts'
import { AnswerKept, Keeping, Reservation, type KeptAnswer, type KeyHold } from './reservation.ts'

/** What an operation answered, for a surface to render. */
export interface Answer {
  status: number
  body: unknown
  nextCursor?: string
  /** The entity's version, for the ETag. */
  version?: number
  /** The answer was kept for an Idempotency-Key and is given again. */
  replayed?: boolean
  /** Nothing was done: there was nothing to do, or it was a dry run. Such an answer is not kept. */
  idle?: boolean
}

/** What carries an operation's answer out of a transaction that must be taken back. */
class TakenBack extends Error {
  readonly answer: Answer
  constructor(answer: Answer) {
    super('taken back')
    this.answer = answer
  }
}

/** Zod's issues as field errors: unknown fields one by one, the first of them with the names that `input` knows. */
export function fieldErrors(error: z.ZodError, input?: z.ZodType): { path: string; message: string }[] {
  const names = input instanceof z.ZodObject ? Object.keys(input.shape).join(', ') || 'none' : undefined
  const known = names === undefined ? '' : `; there are ${names}`
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String).join('.')
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key, nth) => ({
        path: path ? `${path}.${key}` : key,
        message: `unknown field${path || nth > 0 ? '' : known}`,
      }))
    return [{ path, message: issue.message }]
  })
}

function makeCtx(
  app: Application,
  caller: Caller,
  request: RequestFacts,
  db: Queryable,
  record: (entry: RecordEntry) => void,
  keeping?: Keeping,
): Ctx {
  const answer: AnswerFacts = { status: undefined, nextCursor: undefined, rollBack: false }
  return {
    app,
    caller,
    request,
    db,
    record,
    answer,
    keeping,
    tenant: caller.tenant,
    settings: app.settings,
    log: app.log,
    origin: JSON.stringify({ ...caller.actor, request_id: request.requestId }),
  }
}

function answerOf(app: Application, op: Operation, ctx: Ctx, output: unknown): Answer {
  if (app.checkOutputs && op.http.status !== 204) op.output.parse(output)
  return {
    status: ctx.answer.status ?? op.http.status,
    body: output,
    ...(ctx.answer.nextCursor ? { nextCursor: ctx.answer.nextCursor } : {}),
    ...(op.versioned ? { version: (output as { version: number }).version } : {}),
  }
}

/** One transaction: the operation, its rows of the record in one statement, and what `beforeCommit` adds. */
const inTransaction = (
  app: Application,
  op: Operation,
  caller: Caller,
  request: RequestFacts,
  input: unknown,
  beforeCommit?: (ctx: Ctx, answer: Answer) => Promise<void>,
): Promise<Answer> =>
  transact(app.pool, async (client) => {
    const entries: RecordEntry[] = []
    const ctx = makeCtx(app, caller, request, client, (entry) => void entries.push(entry))
    const answer = answerOf(app, op, ctx, await op.run(ctx, input))
    if (ctx.answer.rollBack) throw new TakenBack(answer)
    await appendToRecord(ctx, ctx.origin, entries)
    await beforeCommit?.(ctx, answer)
    return answer
  })

/**
 * Runs an operation without a transaction of its own. Where there is a key, `gather` keeps the answer, by the statement that it
 * shares with other calls.
 */
async function onPool(
  app: Application,
  op: Operation,
  caller: Caller,
  request: RequestFacts,
  input: unknown,
  hold?: KeyHold,
): Promise<Answer> {
  const record = (): never => {
    throw new Error(`${op.name} records, but does not run in a transaction`)
  }
  const keeping =
    hold &&
    new Keeping(hold, (output) => {
      const answer = answerOf(app, op, ctx, output)
      return foundNothing(op, answer) ? undefined : keptAnswer(op, answer.status, answer.body)
    })
  const ctx: Ctx = makeCtx(app, caller, request, app.pool, record, keeping)
  const run = (): Promise<unknown> => op.run(ctx, input)
  const changes = runsOf(op, input) !== 'read'
  const answer = answerOf(app, op, ctx, await retryDeadlocks(() => (changes ? changing(run) : run())))
  if (keeping && !keeping.done && !foundNothing(op, answer))
    throw new Error(`${op.name} gathers, but its answer was not kept`)
  return answer
}

const runsOf = (op: Operation, input: unknown): string =>
  typeof op.runs === 'function' ? op.runs(input) : op.runs

/** Whether an operation found nothing to do, and may find something in a moment. */
const foundNothing = (op: Operation, answer: Answer): boolean =>
  op.longPoll !== undefined && !op.longPoll.satisfied(answer.body)

/** Runs an operation in a transaction, with its answer kept under a reservation where there is one. */
async function inKeptTransaction(
  app: Application,
  op: Operation,
  caller: Caller,
  request: RequestFacts,
  input: unknown,
  reservation: Reservation | undefined,
): Promise<Answer> {
  try {
    return await inTransaction(app, op, caller, request, input, async (ctx, answer) => {
      if (reservation && !foundNothing(op, answer))
        await Reservation.keepAll(ctx, [{ reservation, answer: keptAnswer(op, answer.status, answer.body) }])
    })
  } catch (error) {
    if (error instanceof TakenBack) return { ...error.answer, idle: true }
    throw error
  }
}

async function once(
  app: Application,
  op: Operation,
  caller: Caller,
  request: RequestFacts,
  input: unknown,
  hold?: KeyHold,
): Promise<Answer> {
  const runs = runsOf(op, input)
  // A read has no effect that its kept answer would have to commit with, and may take its time without a connection.
  const answer =
    runs === 'transaction' || (hold !== undefined && runs !== 'read' && !op.gathers)
      ? await inKeptTransaction(app, op, caller, request, input, hold?.reservation)
      : await onPool(app, op, caller, request, input, op.gathers ? hold : undefined)
  if (foundNothing(op, answer)) return { ...answer, idle: true }
  if (runs === 'read') await hold?.reservation?.keep(keptAnswer(op, answer.status, answer.body))
  else if (!answer.idle) app.wake.committed()
  return answer
}

const keptAnswer = (op: Operation, status: number, body: unknown): KeptAnswer => ({
  status,
  answer: JSON.stringify((status < 400 && op.withoutSecret ? op.withoutSecret(body) : body) ?? null),
})

/** Repeats an operation that found nothing to do until it does, or its caller's patience ends. */
async function poll(
  app: Application,
  op: Operation,
  caller: Caller,
  request: RequestFacts,
  input: unknown,
  hold?: KeyHold,
): Promise<Answer> {
  const { longPoll } = op
  const deadline = performance.now() + (longPoll?.seconds(input) ?? 0) * 1000
  let asks = caller
  for (;;) {
    const answer = await once(app, op, asks, request, input, hold)
    const left = deadline - performance.now()
    if (!longPoll || left <= 0 || !answer.idle || request.signal?.aborted) return answer
    await app.wake.news(caller.tenant, Math.min(left, 1000), request.signal)
    // What is there now would go to somebody who has hung up.
    if (request.signal?.aborted) return answer
    if (request.authenticateAgain) asks = await request.authenticateAgain()
    requirePermission(asks, op.permission)
  }
}

function replay(op: Operation, kept: KeptAnswer): Answer {
  const body: unknown = parseJson(kept.answer)
  if (kept.status >= 400) {
    const { code, status, detail, type: _type, title: _title, ...extra } = body as ProblemDocument
    throw new Problem(code, status, detail, { ...extra, replayed: true })
  }
  return {
    status: kept.status,
    body,
    replayed: true,
    ...(op.versioned ? { version: (body as { version: number }).version } : {}),
  }
}

/** Whether an operation leaves its key to the statement that does its work: it is done in a moment, and does not wait. */
const takesKeyItself = (op: Operation, input: unknown): boolean =>
  op.gathers === true && !op.longPoll?.seconds(input)

/**
 * Whether a refusal is of the call alone, not of what is stored: a fault in its input, which is corrected, or a right, which is
 * granted or taken away meanwhile. Where that is found before the operation runs, no key is taken for it either.
 */
const isOfTheCall = ({ status, code }: Problem): boolean =>
  status === 401 || status === 403 || code === 'validation_failed'

/** Keeps a refusal, which the same request shall get again; whatever else went wrong gives the key back. */
async function settle(op: Operation, hold: KeyHold, error: unknown): Promise<void> {
  const problem = error instanceof Problem ? error : problemOfDatabase(error)
  const stands =
    problem !== undefined &&
    problem.status < 500 &&
    problem.code !== 'idempotency_in_flight' &&
    !isOfTheCall(problem)
  if (stands) await (await hold.reserve()).keep(keptAnswer(op, problem.status, problemDocument(problem)))
  else {
    const { reservation } = hold
    await reservation?.free().catch(() => void freeSoon(reservation))
  }
}

/** Runs an operation under its Idempotency-Key: its effect and its kept answer commit together. */
async function idempotently(
  app: Application,
  op: Operation,
  caller: Caller,
  request: RequestFacts,
  input: unknown,
  key: string,
  raw: unknown,
): Promise<Answer> {
  // With a version it is another request than without one, or with another.
  const hold = holdKey(
    { app, caller },
    op.name,
    key,
    request.ifMatch === undefined ? raw : [raw, request.ifMatch],
  )
  try {
    if (!takesKeyItself(op, input)) await hold.reserve()
    try {
      const answer = await poll(app, op, caller, request, input, hold)
      if (answer.idle) await hold.giveBack()
      return answer
    } catch (error) {
      if (!(error instanceof AnswerKept)) await settle(op, hold, error)
      throw error
    }
  } catch (error) {
    if (error instanceof AnswerKept) return replay(op, error.kept)
    throw error
  }
}

/**
 * The only way into an operation: parse, check the permission, honour the Idempotency-Key, run.
 * `raw` is the flat input, gathered by the surface. Throws Problem, and nothing else for a caller's fault.
 */
export async function dispatch(
  app: Application,
  op: Operation,
  caller: Caller,
  raw: unknown,
  request: RequestFacts,
): Promise<Answer> {
  const parsed = op.input.safeParse(raw)
  if (!parsed.success) throw validationFailed(fieldErrors(parsed.error, op.input))
  requirePermission(caller, op.permission)
  if (request.ifMatch !== undefined && !op.precondition && op.http.method !== 'GET')
    throw new Problem(
      'precondition_not_supported',
      400,
      'If-Match has no meaning here; send the request without it.',
    )
  try {
    if (request.idempotencyKey !== undefined && op.http.method === 'POST')
      return await idempotently(app, op, caller, request, parsed.data, request.idempotencyKey, raw)
    return await poll(app, op, caller, request, parsed.data)
  } catch (error) {
    throw problemOfDatabase(error, request.idempotencyKey !== undefined) ?? error
  }
}
