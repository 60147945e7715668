import { useNavigate, useParams as useRouterParams, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'

/** The parameters of the address, as they stand there: texts, and where one repeats, several. */
export type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>

/** One parameter's value; the first where it repeats. */
export function one(parameters: Parameters, name: string): string | undefined {
  const value = parameters[name]
  return typeof value === 'string' ? value : value?.[0]
}

/** All values of a parameter. */
export function all(parameters: Parameters, name: string): readonly string[] {
  const value = parameters[name]
  return value === undefined ? NONE : typeof value === 'string' ? [value] : value
}
const NONE: readonly string[] = []

/** `/app/tasks?status=ready&status=failed` reads `{status: ['ready', 'failed']}`. */
export function parseParameters(search: string): Record<string, string | string[]> {
  const parameters: Record<string, string | string[]> = {}
  for (const [name, value] of new URLSearchParams(search)) {
    const before = Object.hasOwn(parameters, name) ? parameters[name] : undefined
    parameters[name] = before === undefined ? value : [before, value].flat()
  }
  return parameters
}

export function printParameters(parameters: Parameters): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters))
    for (const each of value === undefined ? [] : [value].flat()) search.append(name, each)
  const text = search.toString()
  return text ? `?${text}` : ''
}

/** The path's parameters: `task` of `/tasks/$task`. */
export function usePathParameter(name: string): string | undefined {
  const parameters: Parameters = useRouterParams({ strict: false })
  return one(parameters, name)
}

export type ChangeParameters = (change: Parameters, options?: { replace?: boolean }) => void

/**
 * The parameters of the address, and how to change some of them (undefined takes one away). What a screen shows stands
 * there, so that it can be sent to somebody, and Back works.
 */
export function useParameters(): readonly [Parameters, ChangeParameters] {
  const parameters: Parameters = useSearch({ strict: false })
  const navigate = useNavigate()
  const change = useCallback<ChangeParameters>(
    (changed, { replace = false } = {}) =>
      void navigate({
        to: '.',
        search: (before: Parameters) => ({ ...before, ...changed }),
        replace,
      }),
    [navigate],
  )
  return useMemo(() => [parameters, change], [parameters, change])
}

/** Goes to a screen: `/tasks?status=ready`. */
export function useGoTo(): (to: string) => void {
  const navigate = useNavigate()
  return useCallback(
    (to: string) => {
      const [path = '', search = ''] = to.split('?')
      void navigate({ to: path || '.', search: parseParameters(search) })
    },
    [navigate],
  )
}
