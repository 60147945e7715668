import { STATUSES } from '../../tasks/schema.ts'
import type { GraphNode } from '../schema.ts'
import type { Grouping } from './graph-address.ts'
import { lookOfNode } from './scene.ts'

/** Which lane each task is in, and what the lanes are called; lanes that would be empty are none. */
export interface Lanes {
  readonly lane: Int32Array
  readonly names: readonly string[]
}

/** More lanes than that no window shows: the rarer tags share one. */
const MOST_TAGS = 12

const PRIORITIES = ['5 · most urgent', '4', '3', '2', '1 · least urgent']
const LOOKS = STATUSES.flatMap((status) => (status === 'ready' ? (['ready', 'waiting'] as const) : [status]))

const words = (look: string): string => `${look[0]!.toUpperCase()}${look.slice(1).replace('_', ' ')}`

/** A task with several tags is in the lane of that which most tasks have. */
function byTag(nodes: readonly GraphNode[]): string[] {
  const counts = new Map<string, number>()
  for (const { tags } of nodes) for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  const commonest = [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)! || (a < b ? -1 : 1))
  const kept = commonest.slice(0, MOST_TAGS)
  return nodes.map(
    ({ tags }) => kept.find((tag) => tags.includes(tag)) ?? (tags.length > 0 ? OTHER_TAGS : NO_TAG),
  )
}
const OTHER_TAGS = 'Other tags'
const NO_TAG = 'Without a tag'

function named(
  nodes: readonly GraphNode[],
  grouping: Grouping,
): { names: string[]; order: (name: string) => number } {
  switch (grouping) {
    case 'status':
      return {
        names: nodes.map((node) => words(lookOfNode(node))),
        order: (name) => LOOKS.findIndex((look) => words(look) === name),
      }
    case 'priority':
      return {
        names: nodes.map(({ priority }) => `Priority ${PRIORITIES[5 - priority] ?? priority}`),
        order: (name) => PRIORITIES.findIndex((each) => name === `Priority ${each}`),
      }
    case 'tag': {
      const names = byTag(nodes)
      const rank = [...new Set(names)].sort((a, b) => (a < b ? -1 : 1))
      const last = [OTHER_TAGS, NO_TAG]
      return {
        names,
        order: (name) => (last.includes(name) ? rank.length + last.indexOf(name) : rank.indexOf(name)),
      }
    }
  }
}

export function lanesOf(nodes: readonly GraphNode[], grouping: Grouping): Lanes {
  const { names, order } = named(nodes, grouping)
  const lanes = [...new Set(names)].sort((a, b) => order(a) - order(b))
  const count = new Map<string, number>()
  for (const name of names) count.set(name, (count.get(name) ?? 0) + 1)
  const place = new Map(lanes.map((name, nth) => [name, nth]))
  return {
    lane: Int32Array.from(names, (name) => place.get(name)!),
    names: lanes.map((name) => `${name} (${count.get(name)})`),
  }
}
