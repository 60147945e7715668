import type { Ctx } from '../../kernel/context.ts'
import { mostWaitedFor, type OpenGraph } from './blockers.ts'
import { TOP, type Dashboard } from './schema.ts'
import * as sql from './sql.ts'

/** The most edges that are looked at. */
const MOST_EDGES = 500_000

/** Packed edges, each two numbers of tasks as 8 bytes of a double, as a graph; and each place's number. */
function unpack(packed: Buffer): { graph: OpenGraph; numbers: number[] } {
  const given = new Float64Array(new Uint8Array(packed).buffer)
  const places = new Map<number, number>()
  const ends = Uint32Array.from(given, (number) => {
    const known = places.get(number)
    if (known !== undefined) return known
    places.set(number, places.size)
    return places.size - 1
  })
  return { graph: { size: places.size, ends }, numbers: [...places.keys()] }
}

/** The tasks that most others wait for. */
export async function findBlockers(ctx: Ctx): Promise<Dashboard['blocking']> {
  const [row] = await sql.openEdges(ctx, MOST_EDGES)
  const { graph, numbers } = unpack(Buffer.from(row!.edges).swap64())
  const { best, exact } = await mostWaitedFor(graph, TOP)
  if (best.length === 0) return { blockers: [], exact: true }
  const named = await sql.tasksNamed(
    ctx,
    best.map(({ node }) => numbers[node]),
  )
  const tasks = new Map(named.map(({ task }) => [task.number, task]))
  return {
    // A task may be gone since its edges were read.
    blockers: best.flatMap(({ node, direct, total }) => {
      const task = tasks.get(numbers[node]!)
      return task ? [{ task, direct, total }] : []
    }),
    exact: exact && graph.ends.length / 2 < MOST_EDGES,
  }
}
