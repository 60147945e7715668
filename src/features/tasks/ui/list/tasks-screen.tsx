import { Button } from '@mantine/core'
import { useHotkeys, useLocalStorage, useMediaQuery, type HotkeyItem } from '@mantine/hooks'
import { useCallback, useMemo, useRef, useState, type RefObject } from 'react'
import { one, useParameters } from '../../../../web/kit/address.ts'
import { useCaller } from '../../../../web/kit/caller.ts'
import { EmptyState } from '../../../../web/kit/empty-state.tsx'
import { ProblemAlert } from '../../../../web/kit/problem.tsx'
import { VirtualTable, type Column } from '../../../../web/kit/virtual-table.tsx'
import type { Task } from '../../schema.ts'
import { BulkBar } from './bulk-bar.tsx'
import {
  ALWAYS,
  BESIDE_A_TASK,
  boxColumn,
  COLUMNS,
  FIRST_CHOICE,
  ON_A_PHONE,
  type TaskColumn,
} from './columns.tsx'
import { FilterBar } from './filter-bar.tsx'
import { filterOf, isNarrowed, NO_FILTER, parametersOf, type TaskFilter } from './filter.ts'
import { useTaskList } from './task-list.ts'
import { Loading } from '../../../../web/kit/loading.tsx'
import classes from './tasks-screen.module.css'

const idOf = (task: Task): string => task.id
const NONE: ReadonlySet<string> = new Set()

/** The list of tasks: one dense table, filtered by its address and driven by the keyboard. */
export default function TasksScreen() {
  const { may } = useCaller()
  const [parameters, change] = useParameters()
  const filter = useMemo(() => filterOf(parameters), [parameters])
  const list = useTaskList(filter)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(NONE)
  const [active, setActive] = useState<string>()
  const search = useRef<HTMLInputElement>(null)
  const [shown, setShown] = useLocalStorage({ key: 'cairn.task-columns', defaultValue: FIRST_CHOICE })
  const onAPhone = useMediaQuery('(max-width: 48em)') ?? false
  const wide = useMediaQuery('(min-width: 110em)') ?? false
  const beside = !wide && (one(parameters, 'task') ?? one(parameters, 'new')) !== undefined

  const narrow = useCallback(
    (changed: Partial<TaskFilter>) => change(parametersOf(changed), { replace: 'q' in changed }),
    [change],
  )
  const open = useCallback(
    (task: Task) => {
      setActive(task.id)
      change({ task: String(task.number), new: undefined })
    },
    [change],
  )
  const create = useCallback(() => change({ new: 'task' }), [change])
  const toggle = useCallback(
    (task: Task) =>
      setChosen((before) => {
        const after = new Set(before)
        if (!after.delete(task.id)) after.add(task.id)
        return after
      }),
    [],
  )
  useKeys({
    list: list.tasks,
    active,
    setActive,
    open,
    toggle,
    search,
    create: may('create_tasks') ? create : undefined,
    leave: () => {
      if (one(parameters, 'task') ?? one(parameters, 'new')) change({ task: undefined, new: undefined })
      else setChosen(NONE)
    },
  })

  const columns = useMemo(() => {
    const keys = onAPhone ? ON_A_PHONE : beside ? BESIDE_A_TASK : [...ALWAYS, ...shown]
    const drawn = COLUMNS.filter(({ key }) => keys.includes(key)).map((column) =>
      sortable(column, filter, narrow),
    )
    return onAPhone ? drawn : [boxColumn(chosen, toggle), ...drawn]
  }, [onAPhone, beside, shown, filter, narrow, chosen, toggle])

  const chosenTasks = useMemo(() => list.tasks.filter(({ id }) => chosen.has(id)), [list.tasks, chosen])
  return (
    <section className={classes.screen} aria-label="Tasks">
      <FilterBar
        filter={filter}
        change={narrow}
        clear={() => change(NO_FILTER)}
        search={search}
        columns={shown}
        chooseColumns={setShown}
        create={may('create_tasks') ? create : undefined}
      />
      {list.outdated && (
        <button type="button" className={classes.outdated} onClick={list.refresh}>
          Tasks have come or changed their place. Show the list anew
        </button>
      )}
      {list.problem && <ProblemAlert problem={list.problem} again={list.again} />}
      {list.loading ? (
        !list.problem && <Loading />
      ) : list.tasks.length === 0 ? (
        <NoTasks
          filter={filter}
          clear={() => change(NO_FILTER)}
          create={may('create_tasks') ? create : undefined}
        />
      ) : (
        <VirtualTable
          label="Tasks"
          columns={columns}
          rows={list.tasks}
          keyOf={idOf}
          active={active}
          selected={chosen}
          onOpen={open}
          onNearEnd={list.fetchMore}
          foot={<Foot count={list.tasks.length} more={list.more} searching={filter.q !== ''} />}
        />
      )}
      {chosenTasks.length > 0 && <BulkBar tasks={chosenTasks} clear={() => setChosen(NONE)} />}
    </section>
  )
}

function sortable(
  column: TaskColumn,
  { sort, q }: TaskFilter,
  narrow: (changed: Partial<TaskFilter>) => void,
): Column<Task> {
  const { orders } = column
  if (!orders || q !== '') return column
  const at = orders.indexOf(sort)
  const next = orders[(at + 1) % orders.length] ?? 'priority'
  return {
    ...column,
    sorted: at < 0 ? 'none' : sort === 'oldest' ? 'ascending' : 'descending',
    onSort: () => narrow({ sort: next }),
  }
}

interface Keys {
  readonly list: readonly Task[]
  readonly active: string | undefined
  readonly setActive: (id: string) => void
  readonly open: (task: Task) => void
  readonly toggle: (task: Task) => void
  readonly search: RefObject<HTMLInputElement | null>
  readonly create: (() => void) | undefined
  readonly leave: () => void
}

/** What takes keys for itself while the focus is in it: fields of text, menus, dialogs. */
const TAKES_KEYS =
  'input:not([type="checkbox"]), textarea, select, [contenteditable="true"], [role="menu"], [role="listbox"], [role="dialog"]'

const isTaken = (event: KeyboardEvent): boolean =>
  event.composedPath().some((target) => target instanceof Element && target.matches(TAKES_KEYS))

/** j and k (or the arrows) go down and up, Enter opens, x chooses, / searches, c creates, Escape goes back. */
function useKeys({ list, active, setActive, open, toggle, search, create, leave }: Keys): void {
  const at = () => list.findIndex(({ id }) => id === active)
  const go = (step: number) => () => {
    const task = list[Math.min(Math.max(at() + step, 0), list.length - 1)]
    if (task) setActive(task.id)
  }
  const withActive = (act: (task: Task) => void) => () => {
    const task = list[at()]
    if (task) act(task)
  }
  /** Does nothing, and takes nothing from anybody, while the focus is where keys mean something else. */
  const on = (key: string, act: () => void, prevent = true): HotkeyItem => [
    key,
    (event) => {
      if (isTaken(event)) return
      if (prevent) event.preventDefault()
      act()
    },
    { preventDefault: false },
  ]
  useHotkeys(
    [
      on('j', go(1)),
      on('ArrowDown', go(1)),
      on('k', go(-1)),
      on('ArrowUp', go(-1)),
      [
        'Enter',
        (event) => {
          // On a button or a link it is theirs.
          if (!isTaken(event) && !(event.target as Element).closest('button, a')) withActive(open)()
        },
        { preventDefault: false },
      ],
      on('x', withActive(toggle)),
      on('/', () => search.current?.focus()),
      on('c', () => create?.()),
      on('Escape', leave, false),
    ],
    [],
  )
}

function Foot({ count, more, searching }: { count: number; more: boolean; searching: boolean }) {
  return (
    <div className={classes.foot} role="presentation">
      {more
        ? 'More is being fetched…'
        : searching
          ? `${count} found${count >= 50 ? '; a search shows the 50 best' : ''}`
          : `${count} ${count === 1 ? 'task' : 'tasks'}`}
    </div>
  )
}

function NoTasks({
  filter,
  clear,
  create,
}: {
  filter: TaskFilter
  clear: () => void
  create: (() => void) | undefined
}) {
  if (isNarrowed(filter))
    return (
      <EmptyState
        title="No task fits"
        actions={
          <Button variant="default" onClick={clear}>
            Clear the filter
          </Button>
        }
      >
        Take a condition away, or search for other words.
      </EmptyState>
    )
  return (
    <EmptyState title="No tasks yet" actions={create && <Button onClick={create}>New task</Button>}>
      Create the first one here (key: c), bring a backlog in by <code>npx cairn import</code>, or let an agent
      send its plan to <code>POST /tasks/batch</code>.
    </EmptyState>
  )
}
