import { all, one, type Parameters } from '../../../../web/kit/address.ts'
import { STATUSES, TASK_ORDERS, type Status, type TaskOrder } from '../../schema.ts'

/** What the list shows, as its address says it. */
export interface TaskFilter {
  readonly status: readonly Status[]
  readonly priority: readonly number[]
  readonly tag: readonly string[]
  readonly assigned_worker: string | undefined
  readonly startable: boolean | undefined
  readonly sort: TaskOrder
  /** Words in title or description; the API then answers the 50 best, and the rest of the filter applies to those. */
  readonly q: string
}

/** The parameters that are the list's own. */
const OWN = ['status', 'priority', 'tag', 'assigned_worker', 'startable', 'sort', 'q'] as const

/** The filter that an address holds; what is no value of its parameter is left out, since people edit addresses. */
export function filterOf(parameters: Parameters): TaskFilter {
  const sort = one(parameters, 'sort')
  const startable = one(parameters, 'startable')
  return {
    status: STATUSES.filter((status) => all(parameters, 'status').includes(status)),
    priority: [5, 4, 3, 2, 1].filter((priority) => all(parameters, 'priority').includes(String(priority))),
    tag: all(parameters, 'tag').slice(0, 50),
    assigned_worker: one(parameters, 'assigned_worker'),
    startable: startable === 'true' ? true : startable === 'false' ? false : undefined,
    sort: TASK_ORDERS.find((order) => order === sort) ?? 'priority',
    q: (one(parameters, 'q') ?? '').slice(0, 200),
  }
}

/** The parameters of a filter; undefined takes one away. */
export const parametersOf = (filter: Partial<TaskFilter>): Parameters =>
  Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, parameterOf(name, value)]))

function parameterOf(
  name: string,
  value: TaskFilter[keyof TaskFilter],
): string | readonly string[] | undefined {
  if (value === undefined || value === '' || (name === 'sort' && value === 'priority')) return undefined
  if (typeof value === 'object') return value.length > 0 ? value.map(String) : undefined
  return String(value)
}

/** The list's own part of an address, as a view keeps it. */
export const ownParameters = (parameters: Parameters): Parameters =>
  Object.fromEntries(
    OWN.filter((name) => parameters[name] !== undefined).map((name) => [name, parameters[name]]),
  )

/** All of the list's own parameters taken away. */
export const NO_FILTER: Parameters = Object.fromEntries(OWN.map((name) => [name, undefined]))

/** Whether anything is left out. */
export const isNarrowed = (filter: TaskFilter): boolean =>
  filter.q !== '' ||
  filter.startable !== undefined ||
  filter.assigned_worker !== undefined ||
  [filter.status, filter.priority, filter.tag].some((each) => each.length > 0)
