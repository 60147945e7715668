import { AreaChart, BarChart } from '@mantine/charts'
import { dollarsText } from '../../../web/kit/money.tsx'
import { durationText } from '../../../web/kit/time.tsx'
import type { Dashboard } from '../schema.ts'
import { ChartPanel, Legend, type Numbers } from './panel.tsx'

const ENDS = [
  { name: 'completed', label: 'Succeeded', color: 'var(--status-completed)' },
  { name: 'failed', label: 'Failed', color: 'var(--status-failed)' },
  { name: 'given_up', label: 'Lost, released or preempted', color: 'var(--status-waiting)' },
]
const COST = [{ name: 'cost_dollars', label: 'Cost', color: 'var(--accent)' }]
const HEIGHT = 190

// Recharts would make the drawing a focusable thing of its own; the table beside it is what says the same.
const QUIET = { accessibilityLayer: false }

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' })
const dayAndTime = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
})

/** How a moment is written below an axis: by the time where that tells it, else by the day. */
const tick =
  (hours: number) =>
  (moment: string): string =>
    (hours <= 24 ? time : day).format(new Date(moment))

const momentText = (moment: string): string => dayAndTime.format(new Date(moment))

/** The head of a tooltip; Recharts asks for one of nothing, too. */
const headText = (label: unknown): string => (typeof label === 'string' ? momentText(label) : '')

const percent = (rate: number | null): string => (rate === null ? '–' : `${Math.round(rate * 10) / 10} %`)
const dollars = (amount: number | null): string => (amount === null ? '–' : dollarsText(amount))

/** An axis of money: short, since there is little room. */
const axisDollars = (amount: number): string =>
  amount >= 1_000 ? `$${Math.round(amount / 100) / 10}k` : `$${Math.round(amount * 100) / 100}`

/** What ended, over time. */
export function Throughput({ dashboard: { throughput, hours, bucket_seconds } }: { dashboard: Dashboard }) {
  const sum = (name: 'completed' | 'failed' | 'given_up'): number =>
    throughput.reduce((total, point) => total + point[name], 0)
  const total = sum('completed') + sum('failed') + sum('given_up')
  const numbers: Numbers = {
    heads: [
      { label: 'From' },
      { label: 'Succeeded', number: true },
      { label: 'Failed', number: true },
      { label: 'Given up', number: true },
      { label: 'Cost', number: true },
    ],
    rows: throughput
      .filter((point) => point.completed + point.failed + point.given_up > 0)
      .map((point) => ({
        key: point.start,
        cells: [
          momentText(point.start),
          point.completed,
          point.failed,
          point.given_up,
          dollarsText(point.cost_dollars),
        ],
      }))
      .reverse(),
  }
  return (
    <ChartPanel
      title="Executions that ended"
      wide
      summary={`Executions that ended, a bar for every ${durationText(bucket_seconds)}: ${sum('completed')} succeeded, ${sum('failed')} failed, ${sum('given_up')} were lost, released or preempted.`}
      numbers={numbers}
      empty={
        total === 0 ? 'Nothing ended in this time. Choose a longer one, or let agents claim.' : undefined
      }
    >
      <BarChart
        h={HEIGHT}
        data={[...throughput]}
        dataKey="start"
        type="stacked"
        series={ENDS}
        tickLine="none"
        gridAxis="x"
        xAxisProps={{ tickFormatter: tick(hours), minTickGap: 40 }}
        yAxisProps={{ width: 44, allowDecimals: false }}
        tooltipProps={{ isAnimationActive: false, labelFormatter: headText }}
        barProps={{ isAnimationActive: false }}
        barChartProps={QUIET}
      />
      <Legend series={ENDS} />
    </ChartPanel>
  )
}

/** What it cost, over time. */
export function Cost({ dashboard: { throughput, hours } }: { dashboard: Dashboard }) {
  const total = throughput.reduce((sum, { cost_dollars }) => sum + cost_dollars, 0)
  return (
    <ChartPanel
      title="Cost"
      summary={`What the executions cost over time: ${dollarsText(total)} in all.`}
      numbers={{
        heads: [{ label: 'From' }, { label: 'Cost', number: true }],
        rows: throughput
          .filter(({ cost_dollars }) => cost_dollars > 0)
          .map(({ start, cost_dollars }) => ({
            key: start,
            cells: [momentText(start), dollarsText(cost_dollars)],
          }))
          .reverse(),
      }}
      empty={total === 0 ? 'Nothing that ended in this time reported a cost.' : undefined}
    >
      <AreaChart
        h={HEIGHT}
        data={[...throughput]}
        dataKey="start"
        series={COST}
        curveType="step"
        withDots={false}
        tickLine="none"
        gridAxis="x"
        valueFormatter={dollarsText}
        xAxisProps={{ tickFormatter: tick(hours), minTickGap: 40 }}
        yAxisProps={{ width: 52, tickFormatter: axisDollars }}
        tooltipProps={{ isAnimationActive: false, labelFormatter: headText }}
        areaProps={{ isAnimationActive: false }}
        areaChartProps={QUIET}
      />
    </ChartPanel>
  )
}

/** How many agent types have a bar; the table has all. */
const BARS = 8

/** Success and cost by agent type. */
export function Agents({ dashboard: { agents, agent_types } }: { dashboard: Dashboard }) {
  const bars = agents.slice(0, BARS).map((agent) => ({
    ...agent,
    given_up: agent.lost + agent.released + agent.preempted,
    name:
      agent.success_rate === null ? agent.agent_type : `${agent.agent_type} (${percent(agent.success_rate)})`,
  }))
  return (
    <ChartPanel
      title="Agents"
      summary={`How executions ended by agent type, the busiest first: ${bars.map((agent) => `${agent.agent_type} ${agent.completed} succeeded, ${agent.failed} failed, ${dollarsText(agent.total_cost)}`).join('; ')}.`}
      numbers={{
        heads: [
          { label: 'Agent type' },
          { label: 'Success', number: true },
          { label: 'Succeeded', number: true },
          { label: 'Failed', number: true },
          { label: 'Given up', number: true },
          { label: 'Time each', number: true },
          { label: 'Cost each', number: true },
          { label: 'Cost', number: true },
        ],
        rows: agents.map((agent) => ({
          key: agent.agent_type,
          cells: [
            agent.agent_type,
            percent(agent.success_rate),
            agent.completed,
            agent.failed,
            agent.lost + agent.released + agent.preempted,
            agent.average_duration === null ? '–' : durationText(agent.average_duration),
            dollars(agent.average_cost),
            dollarsText(agent.total_cost),
          ],
        })),
      }}
      empty={agents.length === 0 ? 'No agent ended an execution in this time.' : undefined}
    >
      <BarChart
        h={Math.max(120, 36 + bars.length * 34)}
        data={bars}
        dataKey="name"
        type="stacked"
        orientation="vertical"
        series={ENDS}
        tickLine="none"
        gridAxis="y"
        xAxisProps={{ allowDecimals: false }}
        yAxisProps={{ width: 150, interval: 0 }}
        barProps={{ isAnimationActive: false, maxBarSize: 18 }}
        tooltipProps={{ isAnimationActive: false }}
        barChartProps={QUIET}
      />
      <Legend
        series={[
          ...ENDS,
          ...(agent_types > bars.length
            ? [{ label: `and ${agent_types - bars.length} more agent types`, color: 'transparent' }]
            : []),
        ]}
      />
    </ChartPanel>
  )
}
