import { ActionIcon, Title, Tooltip } from '@mantine/core'
import { IconChartBar, IconTable } from '@tabler/icons-react'
import { useState, type ReactNode } from 'react'
import classes from './dashboard.module.css'

/** A titled part of the dashboard. */
export function Panel({
  title,
  wide = false,
  actions,
  children,
}: {
  title: string
  wide?: boolean
  actions?: ReactNode
  children: ReactNode
}) {
  return (
    <section className={`${classes.panel} ${wide ? classes.wide : ''}`} aria-label={title}>
      <div className={classes.panelHead}>
        <Title order={2}>{title}</Title>
        {actions}
      </div>
      <div className={classes.panelBody}>{children}</div>
    </section>
  )
}

/** Rows of a figure's table: heads with whether their column holds numbers, then the cells. */
export interface Numbers {
  readonly heads: readonly { readonly label: string; readonly number?: boolean }[]
  readonly rows: readonly { readonly key: string; readonly cells: readonly ReactNode[] }[]
}

/** A table of figures; scrolls by itself where it is long. */
export function NumberTable({ label, heads, rows }: Numbers & { label: string }) {
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={label}>
      <table className={classes.table}>
        <thead>
          <tr>
            {heads.map(({ label: head, number }) => (
              <th key={head} scope="col" data-number={number || undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key}>
              {cells.map((cell, nth) => (
                <td key={heads[nth]?.label} data-number={heads[nth]?.number || undefined}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/**
 * A chart and, behind a toggle, the table that says the same in numbers. `summary`: what the chart shows, in a sentence, for
 * those who do not see it.
 */
export function ChartPanel({
  title,
  summary,
  numbers,
  wide = false,
  empty,
  children,
}: {
  title: string
  summary: string
  numbers: Numbers
  wide?: boolean
  /** What stands there where there is nothing to draw. */
  empty: string | undefined
  children: ReactNode
}) {
  const [asTable, setAsTable] = useState(false)
  const label = asTable ? 'Show the chart' : 'Show as a table'
  return (
    <Panel
      title={title}
      wide={wide}
      actions={
        empty === undefined && (
          <Tooltip label={label}>
            <ActionIcon
              aria-label={`${title}: ${label.toLowerCase()}`}
              aria-pressed={asTable}
              onClick={() => setAsTable(!asTable)}
            >
              {asTable ? <IconChartBar size={16} /> : <IconTable size={16} />}
            </ActionIcon>
          </Tooltip>
        )
      }
    >
      {empty !== undefined ? (
        <div className={classes.nothing}>{empty}</div>
      ) : asTable ? (
        <NumberTable label={`${title}, in numbers`} {...numbers} />
      ) : (
        <div role="img" aria-label={summary}>
          {children}
        </div>
      )}
    </Panel>
  )
}

/** What the colours of a chart stand for, in words. */
export function Legend({
  series,
}: {
  series: readonly { readonly label: string; readonly color: string }[]
}) {
  return (
    <div className={classes.legend}>
      {series.map(({ label, color }) => (
        <span key={label}>
          <span className={classes.swatch} style={{ background: color }} />
          {label}
        </span>
      ))}
    </div>
  )
}
