import { Button, Group, Modal, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { get, type ApiProblem } from '../../../web/kit/api.ts'
import { Copyable } from '../../../web/kit/copyable.tsx'
import { notifyDone, notifyProblem, ProblemAlert } from '../../../web/kit/problem.tsx'
import { queries } from '../../../web/kit/queries.ts'
import { exactTime } from '../../../web/kit/time.tsx'
import { Loading } from '../../../web/kit/loading.tsx'
import type { Delivery } from '../schema.ts'
import { arrived, DeliveryState } from './delivery-state.tsx'
import { redeliver, type FullDelivery } from './requests.ts'
import classes from './webhooks.module.css'

/** One attempt: what was sent, what came back, the other attempts at the same event, and sending it again. */
export function DeliveryModal({ delivery, close }: { delivery: Delivery; close: () => void }) {
  const [busy, setBusy] = useState(false)
  const path = `/webhooks/${delivery.webhook_id}/deliveries`
  const full = useQuery({
    queryKey: ['delivery', delivery.id],
    queryFn: ({ signal }) => get<FullDelivery>(`${path}/${delivery.id}`, { signal }),
  })
  const attempts = useQuery({
    queryKey: ['deliveries', delivery.webhook_id, 'of', delivery.event_id],
    queryFn: ({ signal }) =>
      get<Delivery[]>(path, { query: { event_id: delivery.event_id, limit: 50 }, signal }),
  })

  async function again() {
    setBusy(true)
    try {
      const sent = await redeliver(delivery)
      if (arrived(sent)) notifyDone(`It was delivered: ${sent.status_code}.`)
      void queries.invalidateQueries({ queryKey: ['deliveries', delivery.webhook_id] })
    } catch (error) {
      notifyProblem(error as ApiProblem)
    }
    setBusy(false)
  }

  return (
    <Modal opened onClose={close} title={delivery.event_type} size="lg">
      <Stack gap="sm">
        <Group gap="md">
          <DeliveryState delivery={delivery} />
          <Text size="xs" c="dimmed">
            {exactTime(delivery.delivered_at)}, {delivery.duration_ms} ms
          </Text>
          <Copyable value={delivery.event_id} />
        </Group>
        {delivery.error_message !== null && (
          <Text size="sm" className="text" c="var(--bad)">
            {delivery.error_message}
          </Text>
        )}
        <Title order={3}>What was sent</Title>
        {full.isPending && <Loading />}
        {full.error && <ProblemAlert problem={full.error} />}
        {full.data && full.data.payload === null && (
          <Text size="sm">
            {delivery.event_type === 'webhook.test'
              ? 'A test event: the webhook itself. It is in no record.'
              : 'The event is no longer in the record.'}
          </Text>
        )}
        {full.data && full.data.payload !== null && (
          <pre className={`text ${classes.payload}`} tabIndex={0} aria-label="Payload" role="region">
            {JSON.stringify(full.data.payload, null, 2)}
          </pre>
        )}
        <Title order={3}>What came back</Title>
        {delivery.status_code === null ? (
          <Text size="sm">No answer came.</Text>
        ) : (
          <>
            <Text size="sm">Status {delivery.status_code}</Text>
            {delivery.response_body !== null && delivery.response_body !== '' && (
              <pre className={`text ${classes.payload}`} tabIndex={0} aria-label="Answer" role="region">
                {delivery.response_body}
              </pre>
            )}
          </>
        )}
        <Title order={3}>Attempts at this event</Title>
        <Attempts attempts={attempts.data ?? [delivery]} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Close
          </Button>
          <Button onClick={() => void again()} loading={busy}>
            Send again
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

function Attempts({ attempts }: { attempts: readonly Delivery[] }) {
  return (
    <table className={classes.table}>
      <tbody>
        {attempts.map((attempt) => (
          <tr key={attempt.id}>
            <td data-number>{attempt.attempt}</td>
            <td>
              <DeliveryState delivery={attempt} />
            </td>
            <td className="text">{attempt.status_code ?? attempt.error_message ?? '–'}</td>
            <td>{exactTime(attempt.delivered_at)}</td>
            <td>{attempt.next_attempt_at !== null && `again at ${exactTime(attempt.next_attempt_at)}`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
