import { useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import type { Blocks, DependencyWithTask } from '../../../dependencies/schema.ts'
import type { History } from '../../../executions/schema.ts'
import { get, type ApiProblem } from '../../../../web/kit/api.ts'
import { queries, renew } from '../../../../web/kit/queries.ts'
import type { TaskWithMetadata } from '../../schema.ts'

export type DetailedTask = z.output<typeof TaskWithMetadata>
export type Prerequisite = z.output<typeof DependencyWithTask>
export type Blocked = z.output<typeof Blocks>

const keyOf = (reference: string): unknown[] => ['task', reference, 'details']

/** A task by its number or id, with its metadata; nothing is asked for while it is not `named`. */
export function useTask(reference: string, named: boolean) {
  const id = queries.getQueryData<DetailedTask>(keyOf(reference))?.id
  return useQuery<DetailedTask, ApiProblem>({
    queryKey: keyOf(reference),
    queryFn: ({ signal }) =>
      get<DetailedTask>(`/tasks/${encodeURIComponent(reference)}`, {
        query: { include: 'metadata' },
        signal,
      }),
    enabled: named,
    meta: { follows: { kinds: ['task'], ...(id === undefined ? {} : { ids: [id] }) } },
  })
}

/** What a task waits for. It follows the prerequisites, too: their completion is no event of the task's. */
export function usePrerequisites(id: string) {
  const key = ['task', id, 'prerequisites']
  const known = queries.getQueryData<Prerequisite[]>(key) ?? []
  return useQuery<Prerequisite[], ApiProblem>({
    queryKey: key,
    queryFn: ({ signal }) => get(`/tasks/${id}/dependencies`, { query: { limit: 1000 }, signal }),
    meta: {
      follows: { kinds: ['task', 'dependency'], ids: [id, ...known.map((each) => each.depends_on_task_id)] },
    },
  })
}

/** What waits for a task. */
export function useDependents(id: string) {
  const key = ['task', id, 'dependents']
  const known = queries.getQueryData<Blocked>(key)?.tasks ?? []
  return useQuery<Blocked, ApiProblem>({
    queryKey: key,
    queryFn: ({ signal }) => get(`/tasks/${id}/blocks`, { query: { type: 'all' }, signal }),
    meta: { follows: { kinds: ['task', 'dependency'], ids: [id, ...known.map((task) => task.id)] } },
  })
}

/** A task's executions, the newest first. */
export const useAttempts = (id: string) =>
  useQuery<History, ApiProblem>({
    queryKey: ['task', id, 'attempts'],
    queryFn: ({ signal }) => get(`/tasks/${id}/executions`, { signal }),
    meta: { follows: { kinds: ['execution'], ids: [id] } },
  })

/** Everything about tasks is old: what is on screen is fetched again, what is not when it is looked at. */
export async function tasksChanged(): Promise<void> {
  await Promise.all([renew({ queryKey: ['task'] }), renew({ queryKey: ['tasks'] })])
}
