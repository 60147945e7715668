import { QueryClient } from '@tanstack/react-query'
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
    queryMeta: { follows?: Follows }
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
