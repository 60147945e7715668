import type { components, operations } from './openapi.ts'

type CodesOf<Operation> = Operation extends { responses: infer Answers }
  ? {
      [Status in keyof Answers]: Answers[Status] extends {
        content: { 'application/problem+json': { code?: infer Code } }
      }
        ? Code
        : never
    }[keyof Answers]
  : never

/** A code with which some operation may answer, by the OpenAPI document. */
export type OperationProblemCode = Extract<CodesOf<operations[keyof operations]>, string>

/** What the client says itself: no answer came in time, or it was none of a Cairn Codex server. */
export type ClientProblemCode = 'unreachable' | 'unexpected_answer'

/** A problem's code: one that is known, or one of a server that is newer than this client. */
export type ProblemCode = OperationProblemCode | ClientProblemCode | (string & {})

/** One field's fault in a problem of validation. `path` is dotted, with array indexes. */
export type FieldError = NonNullable<components['schemas']['Problem']['errors']>[number]

/** The problem document of RFC 9457 as the server answers it. */
export type ProblemDocument = components['schemas']['Problem']

/** Every refusal and every failed call, as an exception. */
export class CairnProblem extends Error {
  override readonly name = 'CairnProblem'
  /** A stable snake_case word that programs may compare. */
  readonly code: ProblemCode
  /** The HTTP status; 0 where no answer came. */
  readonly status: number
  readonly title: string
  /** What is wrong and what to do next, in one sentence. */
  readonly detail: string
  /** Leads to the code in the server's documentation: a path on the server. */
  readonly type: string
  /** The faults of a validation, one a field; otherwise empty. */
  readonly errors: readonly FieldError[]
  /** What else the document says, by its names: `cycle`, `allowed`, `current_version`, … */
  readonly extra: Readonly<Record<string, unknown>>
  /** The `X-Request-Id` of the answer: the server's log and record know it. */
  readonly requestId: string | undefined
  /** An attempt before got no whole answer: it may have done what this one was refused for. */
  readonly uncertain: boolean

  constructor(
    document: Pick<ProblemDocument, 'code' | 'status' | 'detail'> & Readonly<Record<string, unknown>>,
    {
      requestId,
      uncertain = false,
      cause,
    }: { requestId?: string; uncertain?: boolean; cause?: unknown } = {},
  ) {
    const { code, status, detail, type, title, errors, ...extra } = document
    super(detail, cause === undefined ? {} : { cause })
    this.code = code
    this.status = status
    this.detail = detail
    this.type = typeof type === 'string' ? type : `/docs#problem-${code}`
    this.title = typeof title === 'string' ? title : code
    this.errors = Array.isArray(errors) ? (errors as FieldError[]) : []
    this.extra = extra
    this.requestId = requestId
    this.uncertain = uncertain
  }

  /** What to do next: the last clause of `detail`, without what is wrong. */
  get nextStep(): string {
    return this.detail.split(/(?<=[.;]) /).at(-1) ?? this.detail
  }

  /** Seconds after which the same request may succeed, where the server knows. */
  get retryAfter(): number | undefined {
    const seconds = this.extra['retry_after']
    return typeof seconds === 'number' ? seconds : undefined
  }

  /** Whether it is no refusal: the same call may succeed later on. */
  get temporary(): boolean {
    return (
      this.status === 0 || this.status === 429 || this.status >= 500 || this.code === 'idempotency_in_flight'
    )
  }
}

/** Whether a value is a problem with one of these codes; with none given, a problem of any. */
export const isProblem = (error: unknown, ...codes: readonly ProblemCode[]): error is CairnProblem =>
  error instanceof CairnProblem && (codes.length === 0 || codes.includes(error.code))
