import { useLocalStorage } from '@mantine/hooks'
import { z } from 'zod'
import { printParameters, type Parameters } from '../../../../web/kit/address.ts'

/** A named filter: its address. */
export interface View {
  readonly name: string
  readonly search: string
}

/** Those that everybody has. */
export const BUILT_IN: readonly View[] = [
  { name: 'All tasks', search: '' },
  { name: 'Can start now', search: '?startable=true' },
  { name: 'In progress', search: '?status=assigned&status=in_progress' },
  { name: 'Failed', search: '?status=failed&sort=updated' },
  { name: 'Recently changed', search: '?sort=updated' },
]

const Views = z.array(z.object({ name: z.string(), search: z.string() })).catch([])

/** The views that this browser keeps, and how to keep and forget one. A name that is taken is given its new meaning. */
export function useViews() {
  const [own, setOwn] = useLocalStorage<readonly View[]>({
    key: 'cairn.views',
    defaultValue: [],
    // What another version left there may be anything.
    deserialize: (text) => (text === undefined ? [] : Views.parse(parsed(text))),
  })
  return {
    own,
    keep: (name: string, parameters: Parameters) =>
      setOwn((views) => [
        ...views.filter((view) => view.name !== name),
        { name, search: printParameters(parameters) },
      ]),
    forget: (name: string) => setOwn((views) => views.filter((view) => view.name !== name)),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return []
  }
}
