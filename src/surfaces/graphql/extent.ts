import { Kind, type DocumentNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql'
import { Problem } from '../../kernel/problem.ts'
import { LIMITS } from './limits.ts'

/** How large a selection is when its fragments are written out. */
interface Extent {
  depth: number
  fields: number
  aliases: number
  /** Fields of the first level. */
  width: number
  /** Of those that ask for the schema. */
  introspections: number
}

const NONE: Extent = { depth: 0, fields: 0, aliases: 0, width: 0, introspections: 0 }

const refuse = (code: string, detail: string): Problem => new Problem(code, 400, detail)

/** Measures selections, each fragment once: written out they may be far longer than the query. */
class Measure {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly #known = new Map<string, Extent>()
  readonly #open = new Set<string>()

  constructor(document: DocumentNode) {
    this.#fragments = new Map(
      document.definitions.flatMap((each) =>
        each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each]] : [],
      ),
    )
  }

  of({ selections }: SelectionSetNode): Extent {
    const sum: Extent = { ...NONE }
    const add = ({ depth, fields, aliases, width, introspections }: Extent): void => {
      sum.depth = Math.max(sum.depth, depth)
      sum.fields += fields
      sum.aliases += aliases
      sum.width += width
      sum.introspections += introspections
    }
    for (const each of selections) {
      if (each.kind === Kind.FRAGMENT_SPREAD) add(this.#ofFragment(each.name.value))
      else if (each.kind === Kind.INLINE_FRAGMENT) add(this.of(each.selectionSet))
      else {
        const inside = each.selectionSet ? this.of(each.selectionSet) : NONE
        add({
          depth: inside.depth + 1,
          fields: inside.fields + 1,
          aliases: inside.aliases + (each.alias ? 1 : 0),
          width: 1,
          introspections: /^__(schema|type)$/.test(each.name.value) ? 1 : 0,
        })
      }
    }
    return sum
  }

  /** A fragment that there is not is nothing here: validation names it. */
  #ofFragment(name: string): Extent {
    const known = this.#known.get(name)
    if (known) return known
    if (this.#open.has(name))
      throw refuse(
        'fragment_cycle',
        `The fragment ${name} spreads itself, directly or through others; take that out.`,
      )
    const fragment = this.#fragments.get(name)
    if (!fragment) return NONE
    this.#open.add(name)
    const extent = this.of(fragment.selectionSet)
    this.#open.delete(name)
    this.#known.set(name, extent)
    return extent
  }
}

/**
 * Refuses what would cost much to look at more closely: before validation, some of whose rules compare every field with
 * every other. Throws `query_too_deep`, `too_many_aliases`, `query_too_large`, `fragment_cycle` (all 400).
 */
export function checkExtent(document: DocumentNode): void {
  const measure = new Measure(document)
  for (const each of document.definitions) {
    if (each.kind !== Kind.OPERATION_DEFINITION && each.kind !== Kind.FRAGMENT_DEFINITION) continue
    const { depth, aliases, fields, width, introspections } = measure.of(each.selectionSet)
    if (depth > LIMITS.depth)
      throw refuse(
        'query_too_deep',
        `The query has ${depth} levels of fields, and ${LIMITS.depth} are the most; ask for the deeper things in a query of their own.`,
      )
    if (aliases > LIMITS.aliases)
      throw refuse(
        'too_many_aliases',
        `The query has ${aliases} aliases, and ${LIMITS.aliases} are the most; send several queries.`,
      )
    if (fields > LIMITS.fields)
      throw refuse(
        'query_too_large',
        `The query has ${fields} fields with its fragments written out, and ${LIMITS.fields} are the most; send several queries.`,
      )
    if (each.kind === Kind.OPERATION_DEFINITION && introspections > LIMITS.introspections)
      throw refuse(
        'query_too_large',
        `The query asks for the schema ${introspections} times, and ${LIMITS.introspections} times are the most; ask once.`,
      )
    if (each.kind === Kind.OPERATION_DEFINITION && width > LIMITS.rootFields)
      throw refuse(
        'query_too_large',
        `The ${each.operation} has ${width} fields at its root, and ${LIMITS.rootFields} are the most; send several.`,
      )
  }
}
