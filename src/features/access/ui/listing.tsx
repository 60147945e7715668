import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { ApiProblem } from '../../../web/kit/api.ts'
import { EmptyState } from '../../../web/kit/empty-state.tsx'
import { ProblemAlert } from '../../../web/kit/problem.tsx'
import { Loading } from '../../../web/kit/loading.tsx'
import classes from './access.module.css'
import { MOST } from './requests.ts'

/** A list of things with their facts and what may be done with each. */
export function Listing<T extends { id: string }>({
  label,
  list,
  heads,
  cells,
  off = () => false,
  actions,
  empty,
}: {
  label: string
  list: UseQueryResult<T[], ApiProblem>
  heads: readonly string[]
  cells: (item: T) => readonly ReactNode[]
  /** Whether it is of no effect any more. */
  off?: (item: T) => boolean
  actions: (item: T) => ReactNode
  empty: string
}) {
  const problem = list.error && <ProblemAlert problem={list.error} again={() => void list.refetch()} />
  if (!list.data) return problem ?? <Loading />
  if (list.data.length === 0) return <EmptyState title={empty} />
  return (
    <div className={classes.scroll}>
      {problem}
      <table className={classes.table} aria-label={label}>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>
          {list.data.map((item) => (
            <tr key={item.id} data-off={off(item) || undefined}>
              {cells(item).map((cell, nth) => (
                <td key={heads[nth]}>{cell}</td>
              ))}
              <td className={classes.actions}>{actions(item)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {list.data.length === MOST && <p>These are the first {MOST}; the API has the others.</p>}
    </div>
  )
}
