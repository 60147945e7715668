import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useEffect, useId, useMemo, useRef, type ReactNode } from 'react'
import classes from './virtual-table.module.css'

/** A column: `cell` draws a row's value, and is the same function at every drawing (else every row is drawn anew). */
export interface Column<Row> {
  readonly key: string
  readonly label: ReactNode
  /** Its width as CSS grid knows it: `90px`, `minmax(200px, 1fr)`. */
  readonly width: string
  readonly cell: (row: Row) => ReactNode
  readonly align?: 'end'
  /** Present where the list can be sorted by it: how it is now, and what a click on the head does. */
  readonly sorted?: 'ascending' | 'descending' | 'none'
  readonly onSort?: () => void
}

export interface VirtualTableProps<Row> {
  /** What the list is of, for those who hear the page. */
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  /** The row that the keyboard is at. */
  readonly active?: string | undefined
  readonly selected?: ReadonlySet<string>
  readonly onOpen?: (row: Row) => void
  /** The last rows are near: more may be fetched. Called again whenever there are more rows. */
  readonly onNearEnd?: () => void
  /** Pixels. */
  readonly rowHeight?: number
  /** Stands below the last row: that more is on its way, or that this is all. */
  readonly foot?: ReactNode
}

const NOBODY: ReadonlySet<string> = new Set()
/** So many rows beyond the visible ones are drawn. */
const OVERSCAN = 6
/** So many rows before the end, more is asked for. */
const NEAR_END = 60

/** A dense table of any length of which only the visible rows are in the page. */
export function VirtualTable<Row>({
  label,
  columns,
  rows,
  keyOf,
  active,
  selected = NOBODY,
  onOpen,
  onNearEnd,
  rowHeight = 30,
  foot,
}: VirtualTableProps<Row>) {
  const frame = useRef<HTMLDivElement>(null)
  const id = useId()
  // What it answers changes without being another object; nothing here is memoised by it.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    scrollPaddingStart: rowHeight,
  })
  const items = virtualizer.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - NEAR_END) onNearEnd?.()
  }, [last, rows.length, onNearEnd])

  const activeIndex = useMemo(
    () => (active === undefined ? -1 : rows.findIndex((row) => keyOf(row) === active)),
    [active, rows, keyOf],
  )
  useEffect(() => {
    if (activeIndex >= 0) virtualizer.scrollToIndex(activeIndex, { align: 'auto' })
    // Only where the keyboard went: rows that came or went move nothing under a reader.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [active])

  const tracks = columns.map(({ width }) => width).join(' ')
  // Below it the table scrolls sideways: what each column asks for at least.
  const minWidth = columns.reduce((sum, { width }) => sum + Number(/([\d.]+)px/.exec(width)?.[1] ?? 0), 0)
  return (
    <div
      ref={frame}
      className={classes.frame}
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-multiselectable
      aria-activedescendant={activeIndex >= 0 ? `${id}${active}` : undefined}
      tabIndex={0}
    >
      <div
        className={classes.head}
        role="row"
        aria-rowindex={1}
        style={{ gridTemplateColumns: tracks, minWidth }}
      >
        {columns.map((column) => (
          <Head key={column.key} column={column} />
        ))}
      </div>
      <div
        className={classes.rows}
        role="presentation"
        style={{ height: virtualizer.getTotalSize(), minWidth }}
      >
        {items.map(({ index, start }) => {
          const row = rows[index]
          if (row === undefined) return null
          const key = keyOf(row)
          return (
            <TableRow
              key={key}
              id={`${id}${key}`}
              row={row}
              columns={columns as readonly Column<unknown>[]}
              tracks={tracks}
              index={index}
              start={start}
              height={rowHeight}
              active={key === active}
              selected={selected.has(key)}
              onOpen={onOpen as ((row: unknown) => void) | undefined}
            />
          )
        })}
      </div>
      {foot}
    </div>
  )
}

function Head<Row>({ column: { label, align, sorted, onSort } }: { column: Column<Row> }) {
  return (
    <div className={classes.cell} role="columnheader" data-align={align} aria-sort={sorted}>
      {onSort ? (
        <button type="button" className={classes.sort} onClick={onSort}>
          {label}
          <span aria-hidden>{sorted === 'ascending' ? '↑' : sorted === 'descending' ? '↓' : ''}</span>
        </button>
      ) : (
        label
      )}
    </div>
  )
}

interface RowProps {
  readonly id: string
  readonly row: unknown
  readonly columns: readonly Column<unknown>[]
  readonly tracks: string
  readonly index: number
  /** Pixels from the first row. */
  readonly start: number
  readonly height: number
  readonly active: boolean
  readonly selected: boolean
  readonly onOpen: ((row: unknown) => void) | undefined
}

/** Drawn again only when something of it changed: scrolling moves the window, not the rows in it. */
const TableRow = memo(function TableRow({
  id,
  row,
  columns,
  tracks,
  index,
  start,
  height,
  active,
  selected,
  onOpen,
}: RowProps) {
  return (
    <div
      id={id}
      className={classes.row}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-active={active || undefined}
      style={{ gridTemplateColumns: tracks, height, transform: `translateY(${start}px)` }}
      onClick={onOpen && (() => onOpen(row))}
    >
      {columns.map(({ key, cell, align }) => (
        <div key={key} className={classes.cell} role="gridcell" data-align={align}>
          {cell(row)}
        </div>
      ))}
    </div>
  )
})
