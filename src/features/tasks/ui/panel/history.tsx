import { Button, UnstyledButton } from '@mantine/core'
import { useInfiniteQuery, type InfiniteData } from '@tanstack/react-query'
import { useState } from 'react'
import type { RecordRow } from '../../../audit/schema.ts'
import { call, type Answer, type ApiProblem } from '../../../../web/kit/api.ts'
import { changesOf, Diff } from '../../../../web/kit/diff.tsx'
import { ProblemAlert } from '../../../../web/kit/problem.tsx'
import { Ago } from '../../../../web/kit/time.tsx'
import classes from './history.module.css'
import { Section } from './section.tsx'
import type { DetailedTask } from './task-data.ts'

const PAGE = 20

/** Who did what to the task, as the record has it, the newest first; each row opens to what it changed. */
export function History({ task }: { task: DetailedTask }) {
  const rows = useInfiniteQuery<
    Answer<RecordRow[]>,
    ApiProblem,
    InfiniteData<Answer<RecordRow[]>>,
    unknown[],
    string | undefined
  >({
    queryKey: ['task', task.id, 'history'],
    queryFn: ({ pageParam, signal }) =>
      call<RecordRow[]>('GET', '/audit', {
        query: { entity_id: task.id, limit: PAGE, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined,
    getNextPageParam: (last) => last.nextCursor,
    meta: { follows: { kinds: ['task'], ids: [task.id] } },
  })
  return (
    <Section title="History">
      {rows.error && !rows.data && <ProblemAlert problem={rows.error} again={() => void rows.refetch()} />}
      <ol className={classes.rows}>
        {rows.data?.pages.flatMap((page) => page.data.map((row) => <Change key={row.id} row={row} />))}
      </ol>
      {rows.hasNextPage && (
        <Button
          variant="subtle"
          color="gray"
          loading={rows.isFetchingNextPage}
          onClick={() => void rows.fetchNextPage()}
        >
          Show older
        </Button>
      )}
    </Section>
  )
}

/** Fields that change with every change say nothing of it. */
const NOISE = new Set(['version', 'updated_at'])

function Change({ row }: { row: RecordRow }) {
  const [opened, setOpened] = useState(false)
  const changes = changesOf(row.old_values, row.new_values).filter(({ field }) => !NOISE.has(field))
  return (
    <li>
      <UnstyledButton className={classes.row} aria-expanded={opened} onClick={() => setOpened(!opened)}>
        <span className={classes.type}>{row.event_type.replace(/^task\./, '').replaceAll('_', ' ')}</span>
        <span className="cut">
          {row.old_values === null ? '' : changes.map(({ field }) => field).join(', ')}
        </span>
        <span className={classes.who}>
          {row.actor.name}, <Ago time={row.created_at} />
        </span>
      </UnstyledButton>
      {opened && <Diff changes={changes} />}
    </li>
  )
}
