import '@mantine/dates/styles.css'
import { Button, Stack } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useParameters } from '../../../web/kit/address.ts'
import { call } from '../../../web/kit/api.ts'
import { EmptyState } from '../../../web/kit/empty-state.tsx'
import { ProblemAlert } from '../../../web/kit/problem.tsx'
import { ScreenPage } from '../../../web/kit/screen-page.tsx'
import { Loading } from '../../../web/kit/loading.tsx'
import type { RecordRow as Row } from '../schema.ts'
import classes from './audit.module.css'
import { filterOf, Filters } from './filters.tsx'
import { RecordRow } from './record-row.tsx'

const PAGE = 100

/** Who changed what: the record, newest first. */
export default function AuditScreen() {
  const [parameters, change] = useParameters()
  const { query, faults } = filterOf(parameters)
  const pages = useInfiniteQuery({
    queryKey: ['audit', query],
    queryFn: ({ signal, pageParam }) =>
      call<Row[]>('GET', '/audit', { signal, query: { ...query, limit: PAGE, cursor: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: keepPreviousData,
    meta: { follows: { kinds: ['*'] } },
  })
  const rows = pages.data?.pages.flatMap(({ data }) => data) ?? []
  return (
    <ScreenPage title="Audit">
      <Stack gap="sm">
        <Filters parameters={parameters} faults={faults} change={change} />
        {pages.error && <ProblemAlert problem={pages.error} again={() => void pages.refetch()} />}
        {pages.isPending && <Loading />}
        {pages.data && rows.length === 0 && (
          <EmptyState title="Nothing of that kind is in the record">
            Take a filter away, or look at a longer time.
          </EmptyState>
        )}
        <ul className={classes.rows} aria-label="The record, newest first">
          {rows.map((row) => (
            <RecordRow key={row.id} row={row} />
          ))}
        </ul>
        {pages.hasNextPage && (
          <Button
            variant="default"
            loading={pages.isFetchingNextPage}
            onClick={() => void pages.fetchNextPage()}
          >
            Older ones
          </Button>
        )}
      </Stack>
    </ScreenPage>
  )
}
