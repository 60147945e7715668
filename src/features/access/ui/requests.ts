import { useQuery } from '@tanstack/react-query'
import { get, type ApiProblem } from '../../../web/kit/api.ts'
import { notifyProblem } from '../../../web/kit/problem.tsx'
import { queries } from '../../../web/kit/queries.ts'
import type { Key, Role, Tenant, User } from '../schema.ts'

/** The most of a kind that the screen shows at once; the API pages through more. */
export const MOST = 1000

/** A list of the feature: its path, and the kind of entity that events tell of. */
const useList = <T>(path: string, kinds: readonly string[], enabled = true) =>
  useQuery({
    queryKey: ['access', path],
    queryFn: ({ signal }) => get<T[]>(path, { query: { limit: MOST }, signal }),
    meta: { follows: { kinds } },
    enabled,
  })

export const useUsers = () => useList<User>('/users', ['user', 'role'])
export const useRoles = () => useList<Role>('/roles', ['role'])
export const useKeys = () => useList<Key>('/keys', ['key', 'user'])
export const useTenants = (enabled: boolean) => useList<Tenant>('/tenants', ['tenant'], enabled)

export const reload = (): Promise<void> => queries.invalidateQueries({ queryKey: ['access'] })

/** Does what was asked, tells in a corner where that failed, and reads the lists again. */
export async function attempt(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    notifyProblem(error as ApiProblem)
  }
  await reload()
}
