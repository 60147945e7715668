import type { Operation } from '../../kernel/operation.ts'
import type { GraphPart } from '../../kernel/relation.ts'

const singular = (plural: string): string => plural.replace(/ies$/, 'y').replace(/s$/, '')

/**
 * What an operation is called as a field: `things.create` is `create_thing`, `things.list` is `things`, `things.get` is
 * `thing`; a name that tells what it is about (`things.set_colour`, `list_colours`) stands for itself. Null: it is none.
 */
export function fieldName({ name, http }: Operation, parts: readonly GraphPart[]): string | null {
  for (const { names = {} } of parts) if (Object.hasOwn(names, name)) return names[name] ?? null
  const [group = '', verb = ''] = name.split('.')
  if (verb === 'list') return group
  if (verb === 'get') return singular(group)
  if (verb.includes('_') || http.method === 'GET') return verb.replace(/^(get|list)_/, '')
  return `${verb}_${singular(group)}`
}
