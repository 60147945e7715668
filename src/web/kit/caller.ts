import { useQuery } from '@tanstack/react-query'
import { createContext, useContext } from 'react'
import type { z } from 'zod'
import type { Whoami as WhoamiSchema } from '../../features/access/schema.ts'
import { get, type ApiProblem } from './api.ts'

export type Whoami = z.output<typeof WhoamiSchema>

/** Who is logged in, and what they may do. */
export interface Caller {
  readonly whoami: Whoami
  may(permission: string): boolean
}

export const callerOf = (whoami: Whoami): Caller => ({
  whoami,
  may: (permission) =>
    permission === 'authenticated' ||
    (permission === 'operator' ? whoami.operator : whoami.permissions.includes(permission)),
})

export const CallerContext = createContext<Caller | null>(null)

/** Who is logged in. Only below the login. */
export function useCaller(): Caller {
  const caller = useContext(CallerContext)
  if (!caller) throw new Error('useCaller is used outside of the login')
  return caller
}

/** Asks who a key belongs to. */
export const useWhoami = (key: string | null) =>
  useQuery<Whoami, ApiProblem>({
    queryKey: ['whoami', key],
    queryFn: ({ signal }) => get<Whoami>('/whoami', { signal }),
    enabled: key !== null,
    staleTime: 60_000,
    meta: { follows: { kinds: ['key', 'user', 'role'] } },
  })
