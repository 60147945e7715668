/**
 * What a problem carries beside its code and sentence, as members of the problem document (RFC 9457, section 3.2).
 * None may be named like what the problem itself says.
 */
export type ProblemExtra = Readonly<Record<string, unknown>> & {
  readonly [taken in 'status' | 'detail' | 'code']?: never
}

/**
 * The one error class. A feature throws it; each surface renders it (HTTP as `application/problem+json`, the command
 * line as a line on stderr). Codes belong to the feature that throws them.
 */
export class Problem extends Error {
  /** A stable snake_case word that programs may compare. */
  readonly code: string
  /** The HTTP status. */
  readonly status: number
  /** One sentence for the caller: what is wrong and what to do next. Never a stack trace, never SQL. */
  readonly detail: string
  readonly extra: ProblemExtra

  constructor(
    code: string,
    status: number,
    detail: string,
    extra: ProblemExtra = {},
    options?: ErrorOptions,
  ) {
    super(detail, options)
    this.name = 'Problem'
    this.code = code
    this.status = status
    this.detail = detail
    this.extra = extra
  }

  /** Seconds after which the same request may succeed, where that is known; becomes `Retry-After`. */
  get retryAfter(): number | undefined {
    const seconds = this.extra['retry_after']
    return typeof seconds === 'number' ? seconds : undefined
  }
}

/** The problem document of RFC 9457. `type` leads to the code's line in the served documentation. */
export interface ProblemDocument {
  type: string
  title: string
  status: number
  detail: string
  code: string
  [member: string]: unknown
}

const titleOf = (code: string): string => {
  const words = code.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

export const problemDocument = (problem: Problem): ProblemDocument => ({
  type: `/docs#problem-${problem.code}`,
  title: titleOf(problem.code),
  status: problem.status,
  detail: problem.detail,
  code: problem.code,
  ...problem.extra,
})

/** One field's fault, as `errors` of a validation problem lists it. `path` is dotted, with array indexes. */
export interface FieldError {
  path: string
  message: string
}

/** 400 `validation_failed`: the input does not fit the schema; `errors` names each field. */
export const validationFailed = (errors: readonly FieldError[], code = 'validation_failed'): Problem =>
  new Problem(
    code,
    400,
    `${errors
      .slice(0, 3)
      .map((error) => (error.path ? `${error.path}: ${error.message}` : error.message))
      .join(
        '; ',
      )}${errors.length > 3 ? `; and ${errors.length - 3} more` : ''}. Correct the request and send it again.`,
    { errors },
  )

/** 404 for a thing of a kind that is not there, or that belongs to another tenant: the two must look alike. */
export const notFound = (kind: string, id: string | number): Problem =>
  new Problem(`${kind}_not_found`, 404, `There is no ${kind.replaceAll('_', ' ')} ${id} here; check the id.`)
