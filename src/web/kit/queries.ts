import {
  hashKey,
  QueryClient,
  type InfiniteData,
  type InvalidateQueryFilters,
  type Query,
} from '@tanstack/react-query'
import type { ApiProblem } from './api.ts'

/**
 * What a query shows, so that an event refetches it: the kinds of entity (the word before the dot of an event type:
 * `task`, `execution`, …; `*` for all) and, where it shows certain entities only, their ids.
 */
export interface Follows {
  readonly kinds: readonly string[]
  readonly ids?: readonly string[]
}

declare module '@tanstack/react-query' {
  interface Register {
    /** `longest`: a list of more pages is not fetched again by itself; its screen offers it. */
    queryMeta: { follows?: Follows; longest?: number }
    defaultError: ApiProblem
  }
}

/** What the server refused stays refused; what did not reach it, or was too much for it, is asked again. */
const mayHelpToRepeat = (error: ApiProblem): boolean =>
  error.status === 0 || error.status === 429 || error.status >= 500

/** The one cache of what the API answered. Its keys begin with the kind of entity: `['task', id]`, `['tasks', filter]`. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => failures < 2 && mayHelpToRepeat(error),
      staleTime: 5_000,
      gcTime: 300_000,
      // The browser's own notion of being online says nothing of a server on this machine.
      networkMode: 'always',
      refetchOnWindowFocus: true,
    },
    mutations: { retry: false, networkMode: 'always' },
  },
})

/** The list of a query that is read page by page, where it has more pages than it would be fetched again with by itself. */
const isTooLong = ({ meta, state }: Query): boolean =>
  meta?.longest !== undefined && pagesOf(state.data) > meta.longest

const pagesOf = (data: unknown): number => (data as InfiniteData<unknown> | undefined)?.pages.length ?? 0

/** Whether a query is fetched again when it is looked at anew: not a list that is too long for that. */
export const whenShort = (query: object): boolean => !isTooLong(query as Query)

async function fetchAgain(filters: InvalidateQueryFilters, cancelRefetch: boolean): Promise<void> {
  const { predicate = () => true } = filters
  await queries.invalidateQueries({ ...filters, refetchType: 'none' })
  await queries.refetchQueries(
    { ...filters, type: 'active', predicate: (query) => predicate(query) && !isTooLong(query) },
    { cancelRefetch },
  )
}

/**
 * Marks queries as old and fetches again what of them is on screen, for what was just changed here: what is on its way is not
 * waited for. A list of more pages than its `meta.longest` is only marked. Resolves when all of it is here.
 */
export const renew = (filters: InvalidateQueryFilters): Promise<void> => fetchAgain(filters, true)

/** Queries that are fetched once more when what is on its way to them has come. */
const again = new WeakSet<Query>()

/**
 * As `renew`, for what others changed; all queries unless told which. An answer that is on its way may be older than what is
 * new; it is let come before the next is asked for, since where events come faster than answers, none would ever arrive
 * otherwise.
 */
export function outdate(filters: InvalidateQueryFilters = {}): void {
  for (const query of queries.getQueryCache().findAll(filters)) {
    const { promise, state } = query
    if (!promise || state.fetchStatus !== 'fetching' || again.has(query)) continue
    again.add(query)
    const once = () => {
      again.delete(query)
      outdate({ predicate: (each) => each === query })
    }
    promise.then(once, once)
  }
  void fetchAgain(filters, false)
}

/** Calls when a query of this key is marked as old and not fetched again, since it is too long. Returns how to stop. */
export const onTooOld = (queryKey: readonly unknown[], tell: () => void): (() => void) =>
  queries.getQueryCache().subscribe((event) => {
    if (event.type !== 'updated' || event.action.type !== 'invalidate') return
    if (event.query.queryHash === hashKey(queryKey) && isTooLong(event.query as Query)) tell()
  })
