import type { DependencyLine } from './dependency-lines.ts'
import type { Gathering } from './gathering.ts'
import type { Name } from './markdown-lines.ts'
import { LIMITS } from './parsed.ts'
import { shortenName, slug } from './text-limits.ts'

const ID_BYTES = LIMITS.source_ref_bytes - Buffer.byteLength('markdown:')
const GROUP_CHARACTERS = 48
const TITLE_CHARACTERS = 120

/**
 * An identifier at the beginning of what a dependency names: `#3`, `B2`, `Issue 12: its title`, `[B2](#b2)`.
 */
const IDENTIFIER =
  /^[[("]?(?:(?:issue|task|ticket|story) #?|#)?([a-z]{1,12}-?\d{1,9}|\d{1,9}(?:\.\d{1,9}){0,5})(?=$|[\s:.,()[\]"])/i

/** A quantity, such as `2 weeks`, that is no task's number. */
const QUANTITY = /^\d[\d.]{0,60}\s/

function readIdentifier(name: string): string | null {
  const start = name.slice(0, 200)
  return QUANTITY.test(start) ? null : (IDENTIFIER.exec(start)?.[1] ?? null)
}

/** What people write where nothing is meant. */
const NOTHING = new Set(['', 'none', 'n-a', 'na', 'no', 'nothing'])

interface Wait {
  line: number
  id: string
  path: string
  whole: string
  names: string[]
}

const pathOf = (groups: readonly string[]): string =>
  groups.map((group) => slug(group, GROUP_CHARACTERS) || 'untitled').join('/')

const setFirst = (map: Map<string, string>, key: string, value: string): void => {
  if (!map.has(key)) map.set(key, value)
}

/** Gives the tasks of a backlog their ids, and finds the tasks that dependencies name. */
export class MarkdownNames {
  readonly #gathering: Gathering
  readonly #repeats = new Map<string, number>()
  readonly #byIdentifier = new Map<string, string>()
  readonly #byTitle = new Map<string, string>()
  readonly #waits: Wait[] = []

  constructor(gathering: Gathering) {
    this.#gathering = gathering
  }

  /**
   * The id of a task, which stays the same when its text is edited: its identifier; for a second task of the
   * same identifier its groups and the identifier; without one its groups and its title.
   */
  claim({ id, title }: Name, groups: readonly string[]): string {
    const path = pathOf(groups)
    const below = (last: string): string => this.#free(path ? `${path}/${last}` : last)
    const claimed =
      id === null || this.#gathering.has(id) ? below(id ?? (slug(title, TITLE_CHARACTERS) || 'untitled')) : id
    if (id !== null) {
      setFirst(this.#byIdentifier, `${path}\n${id.toLowerCase()}`, claimed)
      setFirst(this.#byIdentifier, id.toLowerCase(), claimed)
    }
    setFirst(this.#byTitle, slug(title, TITLE_CHARACTERS), claimed)
    return claimed
  }

  /** Notes what the task `id` waits for; `connect` looks it up once all tasks are known. */
  waits(
    line: number,
    id: string,
    groups: readonly string[],
    { whole, names, announced }: DependencyLine,
  ): void {
    const meant = announced ? names : names.filter((name) => readIdentifier(name) !== null)
    this.#waits.push({ line, id, path: pathOf(groups), whole, names: meant })
  }

  /** Makes an edge of every dependency; what resolves to no task stays as an edge that leads nowhere. */
  connect(): void {
    for (const { line, id, path, whole, names } of this.#waits) {
      const one = names.length > 1 ? this.#byTitle.get(slug(whole, TITLE_CHARACTERS)) : undefined
      for (const name of one === undefined ? names : [whole]) {
        if (NOTHING.has(slug(name))) continue
        this.#gathering.waits(line, id, this.#resolve(name, path))
      }
    }
  }

  #resolve(name: string, path: string): string {
    const identifier = readIdentifier(name)
    const key = identifier?.toLowerCase() ?? ''
    return (
      this.#byIdentifier.get(`${path}\n${key}`) ??
      this.#byIdentifier.get(key) ??
      this.#byTitle.get(slug(name, TITLE_CHARACTERS)) ??
      identifier ??
      shortenName(slug(name, TITLE_CHARACTERS), ID_BYTES)
    )
  }

  /** `wanted`, or the first of `wanted-2`, `wanted-3` … that is free. */
  #free(wanted: string): string {
    const base = shortenName(wanted, ID_BYTES - 8)
    let free = base
    while (this.#gathering.has(free)) {
      const next = (this.#repeats.get(base) ?? 1) + 1
      this.#repeats.set(base, next)
      free = `${base}-${next}`
    }
    return free
  }
}
