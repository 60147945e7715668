import type { Ctx } from '../../kernel/context.ts'
import { addImportedEdges } from '../dependencies/index.ts'
import type { ParsedEdge } from './formats/index.ts'

/** What became of the edges of a source, each under one heading. */
export interface EdgeOutcomes {
  added: number
  exists: number
  duplicate: number
  dangling: ParsedEdge[]
  loop: ParsedEdge[]
  self: ParsedEdge[]
  already_started: ParsedEdge[]
}

/** Adds the edges whose two ends are tasks here, each pair once; `taskOf` tells the task of a source_ref. */
export async function storeEdges(
  ctx: Ctx,
  edges: readonly ParsedEdge[],
  taskOf: ReadonlyMap<string, string>,
): Promise<EdgeOutcomes> {
  const outcomes: EdgeOutcomes = {
    added: 0,
    exists: 0,
    duplicate: 0,
    dangling: [],
    loop: [],
    self: [],
    already_started: [],
  }
  const seen = new Set<string>()
  const whole: ParsedEdge[] = []
  for (const edge of edges) {
    const pair = JSON.stringify([edge.from, edge.to])
    if (seen.has(pair)) outcomes.duplicate++
    else if (taskOf.has(edge.from) && taskOf.has(edge.to)) whole.push(edge)
    else outcomes.dangling.push(edge)
    seen.add(pair)
  }
  const answers = await addImportedEdges(
    ctx,
    whole.map(({ from, to, type }) => ({
      task_id: taskOf.get(from)!,
      depends_on_task_id: taskOf.get(to)!,
      dependency_type: type,
    })),
  )
  answers.forEach((outcome, nth) => {
    if (outcome === 'added' || outcome === 'exists') outcomes[outcome]++
    else outcomes[outcome].push(whole[nth]!)
  })
  return outcomes
}
