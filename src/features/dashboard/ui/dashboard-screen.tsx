import '@mantine/charts/styles.css'
import { SegmentedControl } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { one, useParameters } from '../../../web/kit/address.ts'
import { get } from '../../../web/kit/api.ts'
import { ProblemAlert } from '../../../web/kit/problem.tsx'
import { useRefresh } from '../../../web/kit/refresh.ts'
import { ScreenPage } from '../../../web/kit/screen-page.tsx'
import { Loading } from '../../../web/kit/loading.tsx'
import type { Dashboard } from '../schema.ts'
import { Agents, Cost, Throughput } from './charts.tsx'
import classes from './dashboard.module.css'
import { Blockers, Recent, Stale } from './lists.tsx'
import { HeadTiles, StatusTiles } from './tiles.tsx'

const WINDOWS = [
  { value: '1', label: '1 hour' },
  { value: '6', label: '6 hours' },
  { value: '24', label: 'Day' },
  { value: '168', label: 'Week' },
  { value: '720', label: '30 days' },
]
const USUAL = '24'
/** Where nothing happens, ages grow all the same. Milliseconds. */
const AGEING = 30_000

/** How the work goes: one request, made anew when something happened. */
export default function DashboardScreen() {
  const [parameters, change] = useParameters()
  const asked = one(parameters, 'hours') ?? USUAL
  const hours = WINDOWS.some(({ value }) => value === asked) ? asked : USUAL
  const dashboard = useQuery({
    queryKey: ['dashboard', hours],
    queryFn: ({ signal }) => get<Dashboard>('/dashboard', { query: { hours }, signal }),
    refetchInterval: AGEING,
    placeholderData: keepPreviousData,
  })
  useRefresh(['task', 'execution', 'dependency'], () => void dashboard.refetch())
  return (
    <ScreenPage
      title="Dashboard"
      actions={
        <SegmentedControl
          aria-label="How far back"
          data={WINDOWS}
          value={hours}
          onChange={(value) => change({ hours: value === USUAL ? undefined : value }, { replace: true })}
        />
      }
    >
      {dashboard.error && <ProblemAlert problem={dashboard.error} again={() => void dashboard.refetch()} />}
      {dashboard.isPending && <Loading />}
      {dashboard.data && <Parts dashboard={dashboard.data} />}
    </ScreenPage>
  )
}

function Parts({ dashboard }: { dashboard: Dashboard }) {
  return (
    <div className={classes.grid}>
      <StatusTiles {...dashboard} />
      <HeadTiles dashboard={dashboard} />
      <Throughput dashboard={dashboard} />
      <Agents dashboard={dashboard} />
      <Cost dashboard={dashboard} />
      <Blockers {...dashboard} />
      <Stale {...dashboard} />
      <Recent {...dashboard} />
    </div>
  )
}
