import assert from 'node:assert/strict'
import type { FieldError, ProblemDocument } from '../src/kernel/problem.ts'
import type { TestAnswer } from './server.ts'

/** The body of an answer that has this status; fails showing the answer where it has another. */
export function bodyOf<T>(answer: TestAnswer, status = 200): T {
  assert.equal(
    answer.status,
    status,
    `expected ${status}, got ${answer.status} ${JSON.stringify(answer.body)}`,
  )
  return answer.body as T
}

/** The problem document of an answer that has this status and code; fails where it is no whole problem of that kind. */
export function problemOf(answer: TestAnswer, status: number, code: string): ProblemDocument {
  const problem = bodyOf<ProblemDocument>(answer, status)
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/)
  assert.equal(problem.code, code, JSON.stringify(problem))
  assert.equal(problem.status, status)
  assert.ok(problem.type && problem.title && problem.detail, 'a problem has a type, a title and a detail')
  assert.doesNotMatch(problem.detail, /\bat .*\.ts:|SELECT|INSERT|\$\d|native code|\[object /)
  assert.ok(answer.headers.get('x-request-id'), 'every answer has its request id')
  return problem
}

/** The paths that a 400 of validation names, in their order. */
export function faultsOf(answer: TestAnswer): string[] {
  const problem = problemOf(answer, 400, 'validation_failed')
  return (problem['errors'] as FieldError[]).map((error) => error.path)
}

/** Where the next page is, or undefined on the last one. */
export function nextPage(answer: TestAnswer): string | undefined {
  return /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1]
}
