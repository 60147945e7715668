import { Button, Group, SegmentedControl, Title, UnstyledButton } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../../web/kit/api.ts'
import { ProblemAlert } from '../../../web/kit/problem.tsx'
import { Ago } from '../../../web/kit/time.tsx'
import { Loading } from '../../../web/kit/loading.tsx'
import { DELIVERY_STATUSES, type Delivery, type Webhook } from '../schema.ts'
import { DeliveryModal } from './delivery-modal.tsx'
import { DeliveryState } from './delivery-state.tsx'
import classes from './webhooks.module.css'

const ALL = 'all'
const LABELS = { all: 'All', delivered: 'Delivered', failed: 'Failed', pending: 'To be tried again' }
/** An attempt leaves no row in the record that would announce it. Milliseconds. */
const LOOK_AGAIN = 3_000

/** The log of a webhook's attempts, newest first. */
export function Deliveries({ webhook }: { webhook: Webhook }) {
  const [status, setStatus] = useState<string>(ALL)
  const [opened, setOpened] = useState<Delivery | null>(null)
  const pages = useInfiniteQuery({
    queryKey: ['deliveries', webhook.id, status],
    queryFn: ({ signal, pageParam }) =>
      call<Delivery[]>('GET', `/webhooks/${webhook.id}/deliveries`, {
        signal,
        query: { limit: 50, status: status === ALL ? undefined : status, cursor: pageParam },
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: LOOK_AGAIN,
  })
  const rows = pages.data?.pages.flatMap(({ data }) => data) ?? []
  return (
    <section aria-label="Deliveries">
      <Group mb="xs" justify="space-between">
        <Title order={2}>Deliveries</Title>
        <SegmentedControl
          aria-label="Which deliveries"
          data={[ALL, ...DELIVERY_STATUSES].map((value) => ({
            value,
            label: LABELS[value as keyof typeof LABELS],
          }))}
          value={status}
          onChange={setStatus}
        />
      </Group>
      {pages.error && <ProblemAlert problem={pages.error} again={() => void pages.refetch()} />}
      {pages.isPending && <Loading />}
      {pages.data && rows.length === 0 && (
        <p>
          {status === ALL
            ? 'Nothing was sent yet. Send a test event, or wait for the first one of its types.'
            : 'None of that kind.'}
        </p>
      )}
      {rows.length > 0 && <Table rows={rows} open={setOpened} />}
      {pages.hasNextPage && (
        <Button
          mt="sm"
          variant="default"
          onClick={() => void pages.fetchNextPage()}
          loading={pages.isFetchingNextPage}
        >
          Older ones
        </Button>
      )}
      {opened && <DeliveryModal delivery={opened} close={() => setOpened(null)} />}
    </section>
  )
}

function Table({ rows, open }: { rows: readonly Delivery[]; open: (delivery: Delivery) => void }) {
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">Event</th>
          <th scope="col">State</th>
          <th scope="col" data-number>
            Attempt
          </th>
          <th scope="col">Answer</th>
          <th scope="col" data-number>
            Took
          </th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((delivery) => (
          <tr key={delivery.id}>
            <td>
              <UnstyledButton className={classes.open} fz="xs" onClick={() => open(delivery)}>
                {delivery.event_type}
              </UnstyledButton>
            </td>
            <td>
              <DeliveryState delivery={delivery} />
            </td>
            <td data-number>{delivery.attempt}</td>
            <td className="text">{delivery.status_code ?? delivery.error_message ?? '–'}</td>
            <td data-number>{delivery.duration_ms} ms</td>
            <td>
              <Ago time={delivery.delivered_at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
