import { all, one, type Parameters } from '../../../web/kit/address.ts'
import { STATUSES, type Status } from '../../tasks/schema.ts'

/** By what tasks stand in lanes. */
export const GROUPINGS = ['status', 'tag', 'priority'] as const
export type Grouping = (typeof GROUPINGS)[number]

export const DIRECTIONS = ['both', 'up', 'down'] as const
export type Direction = (typeof DIRECTIONS)[number]

/** What the address says of this screen. What makes no sense in it counts as absent: an address is anybody's text. */
export interface GraphAddress {
  /** A task's number, or its id. */
  readonly root: string | undefined
  readonly depth: number | undefined
  readonly direction: Direction
  readonly statuses: readonly Status[]
  readonly tags: readonly string[]
  /** Words to find in titles, or a number. */
  readonly find: string
  readonly group: Grouping | undefined
  readonly view: 'picture' | 'list'
  /** Whether tasks without edges are left out. */
  readonly joined: boolean
  readonly critical: boolean
  /** The task whose panel is open: the shell's own parameter. */
  readonly task: string | undefined
}

const REF = /^([1-9][0-9]{0,15}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i

const among = <T extends string>(values: readonly T[], value: string | undefined): T | undefined =>
  values.find((each) => each === value)

export function readAddress(parameters: Parameters): GraphAddress {
  const root = one(parameters, 'root')
  const depth = Number(one(parameters, 'depth') ?? NaN)
  return {
    root: root !== undefined && REF.test(root) ? root : undefined,
    depth: Number.isInteger(depth) && depth >= 0 && depth <= 100 ? depth : undefined,
    direction: among(DIRECTIONS, one(parameters, 'direction')) ?? 'both',
    statuses: STATUSES.filter((status) => all(parameters, 'status').includes(status)),
    tags: [...new Set(all(parameters, 'tag'))].sort(),
    find: (one(parameters, 'find') ?? '').slice(0, 200),
    group: among(GROUPINGS, one(parameters, 'group')),
    view: one(parameters, 'view') === 'list' ? 'list' : 'picture',
    joined: one(parameters, 'joined') === '1',
    critical: one(parameters, 'critical') === '1',
    task: one(parameters, 'task'),
  }
}

/** The question to the server. */
export const questionOf = ({ root, depth, direction, statuses }: GraphAddress) => ({
  ...(root === undefined ? {} : { root, direction, ...(depth === undefined ? {} : { depth }) }),
  ...(statuses.length === 0 ? {} : { status: statuses }),
})
