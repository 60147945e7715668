import { useInfiniteQuery, useQuery, type InfiniteData } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useState } from 'react'
import type { Event } from '../../../audit/schema.ts'
import { call, get, type Answer, type ApiProblem } from '../../../../web/kit/api.ts'
import { useEvents } from '../../../../web/kit/live.ts'
import { onTooOld, outdate, queries, whenShort } from '../../../../web/kit/queries.ts'
import type { Task } from '../../schema.ts'
import type { TaskFilter } from './filter.ts'

/** Rows a page: a page is parsed and drawn in well under a frame's time. */
const PAGE = 200
/** A list of at most so many pages is fetched again when something changes; a longer one is patched, and offers it. */
const REFETCHED_PAGES = 3

type Pages = InfiniteData<Answer<Task[]>, string | undefined>

/** The list as far as it was scrolled. */
export interface TaskList {
  readonly tasks: readonly Task[]
  /** Why it could not be fetched, or not again, or not further; the tasks are then those that were there before. */
  readonly problem: ApiProblem | null
  /** Tries again what failed. */
  readonly again: () => void
  readonly loading: boolean
  /** Whether there is more to fetch. */
  readonly more: boolean
  readonly fetchMore: () => void
  /** Whether tasks came or went that a long list does not show yet. */
  readonly outdated: boolean
  readonly refresh: () => void
}

const passes = (task: Task, filter: TaskFilter): boolean =>
  (filter.status.length === 0 || filter.status.includes(task.status)) &&
  (filter.priority.length === 0 || filter.priority.includes(task.priority)) &&
  filter.tag.every((tag) => task.tags.includes(tag)) &&
  (filter.assigned_worker === undefined || filter.assigned_worker === task.assigned_worker) &&
  (filter.startable === undefined ||
    filter.startable === (task.status === 'ready' && task.unmet_dependencies === 0))

/** The tasks that events are about, as they are after them. */
function tasksOf(events: readonly Event[]): ReadonlyMap<string, Task> {
  const tasks = new Map<string, Task>()
  for (const { type, data } of events) {
    const task = data['task'] as Task | undefined
    if (task && type.startsWith('task.') && type !== 'task.deleted') tasks.set(task.id, task)
  }
  return tasks
}

const withTasks = (rows: readonly Task[], tasks: ReadonlyMap<string, Task>): Task[] =>
  rows.map((row) => {
    const task = tasks.get(row.id)
    return task && task.version >= row.version ? task : row
  })

/** Puts what events say about tasks into the pages that hold them; the other pages stay the same objects. */
function patchPages(pages: Pages | undefined, tasks: ReadonlyMap<string, Task>): Pages | undefined {
  if (!pages) return pages
  let changed = false
  const patched = pages.pages.map((page) => {
    if (!page.data.some((task) => tasks.has(task.id))) return page
    changed = true
    return { ...page, data: withTasks(page.data, tasks) }
  })
  return changed ? { ...pages, pages: patched } : pages
}

const firstPages = (all: Pages | undefined): Pages | undefined =>
  all && {
    pages: all.pages.slice(0, REFETCHED_PAGES),
    pageParams: all.pageParams.slice(0, REFETCHED_PAGES),
  }

/** Tasks by cursor pages, or what a search found; kept current by the events. */
export function useTaskList(filter: TaskFilter): TaskList {
  const { q, ...query } = filter
  const searching = q.trim() !== ''
  // The same filter has the same key, however often the address is read.
  const spelled = JSON.stringify(query)
  const listKey = useMemo(() => ['tasks', 'list', spelled], [spelled])
  const pages = useInfiniteQuery<Answer<Task[]>, ApiProblem, Pages, unknown[], string | undefined>({
    queryKey: listKey,
    queryFn: ({ pageParam, signal }) =>
      call<Task[]>('GET', '/tasks', { query: { ...query, limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: undefined,
    getNextPageParam: (last) => last.nextCursor,
    enabled: !searching,
    placeholderData: (before) => before,
    refetchOnWindowFocus: whenShort,
    refetchOnMount: whenShort,
    meta: { longest: REFETCHED_PAGES },
  })
  const found = useQuery<Task[], ApiProblem>({
    queryKey: ['tasks', 'search', q],
    queryFn: ({ signal }) => get<Task[]>('/tasks/search', { query: { q }, signal }),
    enabled: searching,
    placeholderData: (before) => before,
    meta: { follows: { kinds: ['task'] } },
  })

  const [outdatedKey, setOutdatedKey] = useState<unknown>(null)
  const follow = useCallback(
    (events: readonly Event[]) => {
      const tasks = tasksOf(events)
      queries.setQueriesData<Pages>({ queryKey: ['tasks', 'list'] }, (old) => patchPages(old, tasks))
      if (!events.some(({ type }) => type.startsWith('task.'))) return
      outdate({ queryKey: listKey })
    },
    [listKey],
  )
  useEvents(follow)
  useEffect(() => {
    const stop = onTooOld(listKey, () => setOutdatedKey(listKey))
    return () => {
      stop()
      // Nobody keeps its rows current any more, and whoever comes back begins at its top.
      queries.setQueryData<Pages>(listKey, firstPages)
    }
  }, [listKey])

  const rows = useMemo(() => {
    if (searching) return (found.data ?? []).filter((task) => passes(task, filter))
    return (pages.data?.pages ?? []).flatMap((page) => page.data)
  }, [searching, found.data, pages.data, filter])

  const { fetchNextPage, hasNextPage, isFetchingNextPage } = pages
  const fetchMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [fetchNextPage, hasNextPage, isFetchingNextPage])
  const current = searching ? found : pages
  return {
    tasks: rows,
    problem: current.error,
    again: () => void (pages.isFetchNextPageError && !searching ? fetchNextPage() : current.refetch()),
    loading: current.data === undefined,
    more: !searching && hasNextPage,
    fetchMore,
    outdated: !searching && outdatedKey === listKey,
    refresh: () => {
      setOutdatedKey(null)
      void queries.resetQueries({ queryKey: listKey })
    },
  }
}
