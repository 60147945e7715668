import { Button, SegmentedControl, Select, TextInput, Title } from '@mantine/core'
import { IconPhoto, IconRoute, IconSearch } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useCallback, useMemo, useRef, useState } from 'react'
import { useParameters } from '../../../web/kit/address.ts'
import { get } from '../../../web/kit/api.ts'
import { EmptyState } from '../../../web/kit/empty-state.tsx'
import { useEvents } from '../../../web/kit/live.ts'
import { notifyDone, ProblemAlert } from '../../../web/kit/problem.tsx'
import { outdate, queries } from '../../../web/kit/queries.ts'
import type { GraphNode } from '../schema.ts'
import { GROUPINGS, questionOf, readAddress, type GraphAddress, type Grouping } from './graph-address.ts'
import { GraphCanvas, type CanvasHandle } from './graph-canvas.tsx'
import { GraphFilters } from './graph-filters.tsx'
import { GraphList } from './graph-list.tsx'
import classes from './graph.module.css'
import { afterEvents, type GraphAnswer, type RecordEvent } from './live-graph.ts'
import { savePicture } from './export-picture.ts'
import type { Palette } from './palette.ts'
import { useFound } from './use-found.ts'
import { useScene } from './use-scene.ts'

const GROUP_WORDS: Record<Grouping, string> = { status: 'Status', tag: 'Tag', priority: 'Priority' }

/** The graph of tasks: as a picture, or as a list that says the same. */
export default function GraphScreen() {
  const [parameters, change] = useParameters()
  const address = useMemo(() => readAddress(parameters), [parameters])
  const question = useMemo(() => questionOf(address), [address])
  const key = useMemo(() => ['graph', question] as const, [question])
  const answer = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => get<GraphAnswer>('/tasks/dependency-graph', { query: question, signal }),
    placeholderData: keepPreviousData,
    // Events change it in place; it is asked for again where they change its shape.
    staleTime: Infinity,
    refetchOnMount: 'always',
    gcTime: 10_000,
  })
  useEvents(
    useCallback(
      (events: readonly RecordEvent[]) => {
        const before = queries.getQueryData<GraphAnswer>(key)
        // What is on its way may be older than the events, and takes the place of what they change.
        if (queries.isFetching({ queryKey: key }) > 0) outdate({ queryKey: key })
        if (!before) return
        const { graph, stale } = afterEvents(before, events, question)
        if (graph !== before) queries.setQueryData(key, graph)
        if (stale) outdate({ queryKey: key })
      },
      [key, question],
    ),
  )

  const { graph, scene, failed, again, busy } = useScene(answer.data, address)
  const found = useFound(graph, address.find)
  const handle = useRef<CanvasHandle>(null)
  const palette = useRef<Palette>(undefined)
  const onOpen = useCallback((node: GraphNode) => change({ task: String(node.number) }), [change])
  const onClear = useCallback(() => {
    if (address.task !== undefined) change({ task: undefined })
  }, [address.task, change])
  const opened = useMemo(() => {
    const at = scene?.graph.nodes.findIndex(
      (node) => String(node.number) === address.task || node.id === address.task,
    )
    return at === undefined || at < 0 ? undefined : at
  }, [scene, address.task])
  const shows = useCallback((task: number) => found.marks?.tasks[task] !== 0, [found.marks])
  const tags = useMemo(() => [...new Set(answer.data?.nodes.flatMap((node) => node.tags))], [answer.data])

  if (answer.error) return <ProblemAlert problem={answer.error} again={() => void answer.refetch()} />
  const isEmpty = graph?.nodes.length === 0
  return (
    <section className={classes.screen} aria-label="Graph">
      <div className={classes.bar}>
        <Title order={1}>Graph</Title>
        <SegmentedControl
          aria-label="View"
          data={[
            { value: 'picture', label: 'Picture' },
            { value: 'list', label: 'List' },
          ]}
          value={address.view}
          onChange={(view) => change({ view: view === 'list' ? view : undefined })}
        />
        <FindField
          find={address.find}
          hits={found.hits.length}
          onFind={(find) => change({ find: find || undefined }, { replace: true })}
          onNext={(nth) => {
            const hit = found.hits[nth % Math.max(1, found.hits.length)]
            if (hit !== undefined) handle.current?.goTo(hit)
          }}
        />
        <GraphFilters address={address} change={change} tags={tags} />
        <Select
          aria-label="Group by"
          placeholder="No groups"
          w={120}
          clearable
          data={GROUPINGS.map((value) => ({ value, label: GROUP_WORDS[value] }))}
          value={address.group ?? null}
          onChange={(group) => change({ group: group ?? undefined })}
        />
        <Button
          variant={address.critical ? 'light' : 'default'}
          aria-pressed={address.critical}
          leftSection={<IconRoute size={14} />}
          onClick={() => change({ critical: address.critical ? undefined : '1' })}
        >
          Critical path
        </Button>
        <span className={classes.push} />
        <Button
          variant="default"
          leftSection={<IconPhoto size={14} />}
          disabled={!scene || isEmpty || address.view === 'list'}
          onClick={() => {
            if (scene && palette.current)
              void savePicture(scene, palette.current, address.critical).then(
                (saved) => saved && notifyDone('The picture is saved as cairn-graph.png.'),
              )
          }}
        >
          Save image
        </Button>
      </div>
      <div className={classes.place}>
        {isEmpty && <Nothing address={address} />}
        {graph && !isEmpty && address.view === 'list' && (
          <GraphList graph={graph} shows={shows} onOpen={onOpen} />
        )}
        {scene && !isEmpty && address.view === 'picture' && (
          <GraphCanvas
            scene={scene}
            found={found.marks}
            critical={address.critical}
            opened={opened}
            onOpen={onOpen}
            onClear={onClear}
            onPalette={(read) => (palette.current = read)}
            handle={handle}
          />
        )}
        {failed && address.view === 'picture' && (
          <EmptyState
            title="The picture could not be laid out"
            actions={<Button onClick={again}>Try again</Button>}
          >
            The list view says the same in words.
          </EmptyState>
        )}
        <Busy loading={answer.isLoading} laying={busy && !failed && address.view === 'picture'} />
      </div>
    </section>
  )
}

/** What stands there where no task does. */
function Nothing({ address: { statuses, tags, joined, root } }: { address: GraphAddress }) {
  return statuses.length + tags.length > 0 || joined || root !== undefined ? (
    <EmptyState title="The filters leave nothing">Show everything again by the filters above.</EmptyState>
  ) : (
    <EmptyState title="Nothing to draw">
      Create tasks, make one wait for another, and they appear here.
    </EmptyState>
  )
}

/** What is waited for. */
function Busy({ loading, laying }: { loading: boolean; laying: boolean }) {
  if (!loading && !laying) return null
  return (
    <div className={classes.busy} role="status">
      {loading ? 'Loading the graph…' : 'Laying out…'}
    </div>
  )
}

/** Words in titles, or a number; Enter goes from one to the next. */
function FindField({
  find,
  hits,
  onFind,
  onNext,
}: {
  find: string
  hits: number
  onFind: (find: string) => void
  onNext: (nth: number) => void
}) {
  const [text, setText] = useState(find)
  const [nth, setNth] = useState(-1)
  function look(wanted: string): void {
    setText(wanted)
    setNth(-1)
    onFind(wanted)
  }
  return (
    <>
      <TextInput
        className={classes.find}
        aria-label="Find"
        placeholder="Find a title or number"
        leftSection={<IconSearch size={14} />}
        value={text}
        maxLength={200}
        onChange={(event) => look(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') look('')
          if (event.key !== 'Enter' || hits === 0) return
          const next = (nth + (event.shiftKey ? hits - 1 : 1)) % hits
          setNth(next)
          onNext(next)
        }}
      />
      {find.trim() !== '' && (
        <span className={classes.hits} role="status">
          {nth >= 0 && hits > 0 ? `${nth + 1} of ${hits}` : hits === 1 ? '1 task' : `${hits} tasks`}
        </span>
      )}
    </>
  )
}
