import type { Operation } from '../../kernel/operation.ts'
import { splitInput } from './request.ts'

/** A name that an anchor or a component may have, made of a sentence. */
export const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')

/** Examples as OpenAPI writes them: by name, each with its summary and value. */
export type NamedExamples = Readonly<Record<string, { summary: string; value: unknown }>>

/** The part of an operation's examples that `pick` takes out of a request, undefined where no example has it. */
function examplesOf(
  op: Operation,
  pick: (parts: ReturnType<typeof splitInput>) => unknown,
): NamedExamples | undefined {
  const found = (op.examples ?? []).flatMap(({ summary, input }) => {
    const value = pick(splitInput(op, input as Record<string, unknown>))
    return value === undefined ? [] : [[slug(summary), { summary, value }] as const]
  })
  return found.length > 0 ? Object.fromEntries(found) : undefined
}

export const parameterExamples = (
  op: Operation,
  source: 'path' | 'query',
  name: string,
): NamedExamples | undefined => examplesOf(op, (parts) => parts[source][name])

export const bodyExamples = (op: Operation): NamedExamples | undefined =>
  examplesOf(op, (parts) => parts.body)
