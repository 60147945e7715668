import { setImmediate as turn } from 'node:timers/promises'
import { inRows, type Rows } from './picture/rows.ts'
import type { Ends } from './rules.ts'

/**
 * Which of many new edges a graph without loops can take, in Node, for imports.
 *
 * One look at the whole graph says which edges could be on a loop at all: those within a strongly connected component
 * of all edges together, mostly none. Only these are then tried one by one, by the algorithm for sparse graphs of Bender,
 * Fineman, Gilbert and Tarjan ("A new approach to incremental cycle detection and related problems", 2016). A hundred
 * thousand edges without a loop took 0.2 s; in a ring of as many, one by one, 0.8 s.
 */

/** The strongly connected component of each node (Tarjan, 1972), without recursion: a chain may be as long as the graph. */
function components({ size, start, to }: Rows): Int32Array {
  const component = new Int32Array(size).fill(-1)
  const order = new Int32Array(size).fill(-1)
  const lowest = new Int32Array(size)
  const next = start.slice(0, size)
  const open: number[] = []
  const path: number[] = []
  let visited = 0
  const enter = (node: number): void => {
    order[node] = lowest[node] = visited++
    open.push(node)
    path.push(node)
  }
  for (let root = 0; root < size; root++) {
    if (order[root] !== -1) continue
    enter(root)
    while (path.length > 0) {
      const node = path.at(-1)!
      if (next[node]! < start[node + 1]!) {
        const neighbour = to[next[node]!++]!
        if (order[neighbour] === -1) enter(neighbour)
        else if (component[neighbour] === -1) lowest[node] = Math.min(lowest[node]!, order[neighbour]!)
        continue
      }
      path.pop()
      const above = path.at(-1)
      if (above !== undefined) lowest[above] = Math.min(lowest[above]!, lowest[node]!)
      if (lowest[node] !== order[node]) continue
      for (let member = -1; member !== node;) {
        member = open.pop()!
        component[member] = node
      }
    }
  }
  return component
}

/**
 * A graph without loops that takes edges one by one, each node on a level and no edge leading down. Levels spare most
 * of the search for a loop: from a lower level to a higher one there is none; within one level it goes backwards, over
 * `effort` edges at most; only then are the target and what follows it raised.
 */
class LevelledGraph {
  readonly #level: Int32Array
  readonly #following: number[][]
  /** From where edges of a node's own level lead to it. */
  readonly #preceding: number[][]
  readonly #effort: number
  /** By which search a node was seen last: nothing needs to be cleared. */
  readonly #seen: Int32Array
  #search = 0

  /** The edges given must hold no loop: they may all lie on one level. `capacity`: how many edges it may come to hold. */
  constructor(size: number, capacity: number, from: readonly number[], to: readonly number[]) {
    this.#level = new Int32Array(size)
    this.#following = Array.from({ length: size }, () => [])
    this.#preceding = Array.from({ length: size }, () => [])
    this.#seen = new Int32Array(size)
    this.#effort = Math.ceil(Math.sqrt(capacity))
    from.forEach((node, edge) => this.#link(node, to[edge]!))
  }

  #link(from: number, to: number): void {
    this.#following[from]!.push(to)
    if (this.#level[from] === this.#level[to]) this.#preceding[to]!.push(from)
  }

  /** Adds an edge unless it closes a loop; says whether it did. */
  add(from: number, to: number): boolean {
    if (this.#level[from]! >= this.#level[to]! && !this.#lift(from, to)) return false
    this.#link(from, to)
    return true
  }

  /** Lifts `to` and what follows it at least to the level of `from`; false, with nothing changed, where they lead to `from`. */
  #lift(from: number, to: number): boolean {
    const search = ++this.#search
    const level = this.#level[from]!
    const backwards = this.#searchBackwards(from, to, search)
    if (backwards === 'met') return false
    if (backwards === 'all' && this.#level[to] === level) return true
    const target = backwards === 'all' ? level : level + 1
    const raised = this.#searchForwards(
      to,
      target,
      backwards === 'all' ? (node) => this.#seen[node] === search : (node) => node === from,
    )
    if (!raised) return false
    for (const node of raised) {
      this.#level[node] = target
      this.#preceding[node] = []
    }
    for (const node of raised)
      for (const next of this.#following[node]!)
        if (this.#level[next] === target) this.#preceding[next]!.push(node)
    return true
  }

  /** Marks what leads to `from` on its own level: all of it, or as much as the effort allows, or until it met `to`. */
  #searchBackwards(from: number, to: number, search: number): 'all' | 'much' | 'met' {
    if (from === to) return 'met'
    const reached = [from]
    this.#seen[from] = search
    let effort = 0
    for (const node of reached)
      for (const previous of this.#preceding[node]!) {
        if (previous === to) return 'met'
        if (++effort > this.#effort) return 'much'
        if (this.#seen[previous] === search) continue
        this.#seen[previous] = search
        reached.push(previous)
      }
    return 'all'
  }

  /** What follows `start` below a level, itself included; undefined where it leads to what closes the loop. */
  #searchForwards(start: number, below: number, closes: (node: number) => boolean): number[] | undefined {
    const reached = new Set([start])
    for (const node of reached)
      for (const next of this.#following[node]!) {
        if (closes(next)) return undefined
        if (this.#level[next]! < below) reached.add(next)
      }
    return [...reached]
  }
}

/** The edges by numbers from 0 in the place of ids. */
function numbered(edges: readonly Ends[]): { size: number; from: Int32Array; to: Int32Array } {
  const numbers = new Map<string, number>()
  const numberOf = (id: string): number => {
    const known = numbers.get(id)
    if (known !== undefined) return known
    numbers.set(id, numbers.size)
    return numbers.size - 1
  }
  const from = Int32Array.from(edges, (edge) => numberOf(edge.task_id))
  const to = Int32Array.from(edges, (edge) => numberOf(edge.depends_on_task_id))
  return { size: numbers.size, from, to }
}

/** Milliseconds after which other requests get their turn. */
const SLICE = 20

/**
 * Says of each candidate, in their order, whether it can join the known edges and the candidates taken before it
 * without closing a loop. The known edges hold none.
 */
export async function admitEdges(known: readonly Ends[], candidates: readonly Ends[]): Promise<boolean[]> {
  const { size, from, to } = numbered([...known, ...candidates])
  const component = components(inRows(size, from, to))
  const onLoop = (edge: number): boolean => component[from[edge]!] === component[to[edge]!]
  const first = known.length
  const entangled = [...from.subarray(0, first).keys()].filter(onLoop)
  const doubtful = [...from.subarray(first).keys()].filter((nth) => onLoop(first + nth))
  const admitted = new Array<boolean>(candidates.length).fill(true)
  if (doubtful.length === 0) return admitted
  const graph = new LevelledGraph(
    size,
    entangled.length + doubtful.length,
    entangled.map((edge) => from[edge]!),
    entangled.map((edge) => to[edge]!),
  )
  let since = performance.now()
  for (const nth of doubtful) {
    admitted[nth] = graph.add(from[first + nth]!, to[first + nth]!)
    if (performance.now() - since < SLICE) continue
    await turn()
    since = performance.now()
  }
  return admitted
}
