import { Button } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useParameters, type ChangeParameters } from '../../../web/kit/address.ts'
import { call, type ApiProblem } from '../../../web/kit/api.ts'
import { serverNow } from '../../../web/kit/clock.ts'
import { EmptyState } from '../../../web/kit/empty-state.tsx'
import { ProblemAlert } from '../../../web/kit/problem.tsx'
import { ScreenPage } from '../../../web/kit/screen-page.tsx'
import { VirtualTable } from '../../../web/kit/virtual-table.tsx'
import { Loading } from '../../../web/kit/loading.tsx'
import type { ListedExecution } from '../schema.ts'
import { columnsOf } from './columns.tsx'
import { Filters, wishOf, type Wish } from './filters.tsx'
import classes from './runs.module.css'
import { stretchOf, type Stretch } from './timeline.ts'

const PAGE = 200
const HOUR = 3_600_000

interface RunsPage {
  readonly runs: readonly ListedExecution[]
  readonly next: { readonly since: string | undefined; readonly cursor: string } | undefined
  /** When it was fetched, in milliseconds since 1970 by the server's clock. */
  readonly at: number
}

/** Fetches a page; the first says since when, and all that follow it say the same, since cursors belong to one list. */
async function fetchRuns(wish: Wish, from: RunsPage['next'] | null, signal: AbortSignal): Promise<RunsPage> {
  const at = serverNow()
  const { agent_type, worker_id, state, span } = wish
  const since = from
    ? from.since
    : span.hours > 0
      ? new Date(at - span.hours * HOUR).toISOString()
      : undefined
  const { data, nextCursor } = await call<ListedExecution[]>('GET', '/executions', {
    signal,
    query: {
      limit: PAGE,
      agent_type,
      worker_id,
      since,
      cursor: from?.cursor,
      ...(state === 'open' ? { open: true } : { outcome: state }),
    },
  })
  return { runs: data, next: nextCursor === undefined ? undefined : { since, cursor: nextCursor }, at }
}

const idOf = (run: ListedExecution): string => run.id

/** The runs of one task under each other, the first attempt first; tasks in the order of their newest run. */
function byTask(runs: readonly ListedExecution[]): ListedExecution[] {
  const groups = Map.groupBy(runs, ({ task_id }) => task_id)
  return [...groups.values()].flatMap((group) => group.reverse())
}

/** The waterfall of executions: when each could have begun, began and ended. */
export default function RunsScreen() {
  const [parameters, change] = useParameters()
  const wish = wishOf(parameters)
  const { agent_type, worker_id, state, span } = wish
  const pages = useInfiniteQuery({
    queryKey: ['executions', agent_type, worker_id, state, span.value],
    queryFn: ({ signal, pageParam }) => fetchRuns(wish, pageParam, signal),
    initialPageParam: null as RunsPage['next'] | null,
    getNextPageParam: (page: RunsPage) => page.next,
    placeholderData: keepPreviousData,
    meta: { follows: { kinds: ['execution'] } },
    refetchInterval: 30_000,
  })
  const problem: ApiProblem | null = pages.error
  return (
    <ScreenPage title="Runs" flush actions={<Filters wish={wish} change={change} />}>
      {problem && <ProblemAlert problem={problem} again={() => void pages.refetch()} />}
      {pages.isPending && <Loading />}
      {pages.data && (
        <Waterfall
          pages={pages.data.pages}
          wish={wish}
          change={change}
          more={pages.hasNextPage ? () => void pages.fetchNextPage() : undefined}
        />
      )}
    </ScreenPage>
  )
}

function Waterfall({
  pages,
  wish,
  change,
  more,
}: {
  pages: readonly RunsPage[]
  wish: Wish
  change: ChangeParameters
  more: (() => void) | undefined
}) {
  const { span, grouped } = wish
  const now = pages[0]?.at ?? 0
  const runs = useMemo(() => {
    const all = pages.flatMap((page) => page.runs)
    return grouped ? byTask(all) : all
  }, [pages, grouped])
  const columns = useMemo(() => {
    const stretch: Stretch =
      span.hours > 0 ? { from: now - span.hours * HOUR, to: now } : stretchOf(runs, now)
    return columnsOf(stretch, now)
  }, [runs, now, span])
  if (runs.length === 0) return <Nothing wish={wish} change={change} />
  return (
    <VirtualTable
      label="Runs"
      columns={columns}
      rows={runs}
      keyOf={idOf}
      onOpen={(run) => change({ task: String(run.task.number) })}
      {...(more ? { onNearEnd: more } : {})}
      foot={
        <div className={classes.foot}>
          {more ? 'More are on their way…' : `${runs.length} runs, all of them`}
        </div>
      }
    />
  )
}

function Nothing({ wish, change }: { wish: Wish; change: ChangeParameters }) {
  const narrowed = wish.agent_type !== undefined || wish.worker_id !== undefined || wish.state !== undefined
  if (narrowed || wish.span.hours > 0)
    return (
      <EmptyState
        title="No runs of that kind"
        actions={
          <Button
            variant="default"
            onClick={() =>
              change({ agent_type: undefined, worker_id: undefined, state: undefined, span: undefined })
            }
          >
            Show all runs
          </Button>
        }
      >
        Nothing in this time fits the filters.
      </EmptyState>
    )
  return (
    <EmptyState title="Nothing has run yet">
      A run begins when an agent claims a task, or when you start one. Try it with <code>cairn swarm</code>.
    </EmptyState>
  )
}
