import type { UseFormReturnType } from '@mantine/form'
import type { z } from 'zod'
import { useCallback, useState } from 'react'
import { newIdempotencyKey, type ApiProblem } from './api.ts'

/** The first segment of a fault's path: the field it belongs to. */
const fieldOf = (path: string): string => path.split('.')[0] ?? ''

/**
 * Checks a form's values by the operation's own schema, as the server will. `bodyOf` makes of the values what is sent; the
 * faults come by field, each the first one of its field.
 */
export const checkedBy =
  <Values>(schema: z.ZodType, bodyOf: (values: Values) => unknown) =>
  (values: Values): Record<string, string> => {
    const { error } = schema.safeParse(bodyOf(values))
    const faults: Record<string, string> = {}
    for (const issue of error?.issues ?? []) faults[String(issue.path[0] ?? '')] ??= issue.message
    return faults
  }

/** Puts what the server refused beside the fields that it names; says whether every fault has found its field. */
export function showFaults<Values extends Record<string, unknown>>(
  form: UseFormReturnType<Values>,
  problem: ApiProblem,
): boolean {
  const known = problem.errors.filter(({ path }) => fieldOf(path) in form.getValues())
  for (const { path, message } of known) form.setFieldError(fieldOf(path), message)
  return known.length > 0 && known.length === problem.errors.length
}

/**
 * The Idempotency-Key of what a form makes: the same while it is not known what became of the last attempt, so that trying
 * again makes it once; another where its values are changed, or it was refused.
 */
export function useAttempt() {
  const [key, setKey] = useState(newIdempotencyKey)
  const renew = useCallback(() => setKey(newIdempotencyKey()), [])
  const refused = (problem: ApiProblem): void => {
    const certain = problem.status >= 400 && problem.status < 500 && problem.code !== 'idempotency_in_flight'
    if (certain) renew()
  }
  return { key, renew, refused }
}
