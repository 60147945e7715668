import { Button, UnstyledButton } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { one, useParameters } from '../../../web/kit/address.ts'
import { EmptyState } from '../../../web/kit/empty-state.tsx'
import { ProblemAlert } from '../../../web/kit/problem.tsx'
import { queries } from '../../../web/kit/queries.ts'
import { ScreenPage } from '../../../web/kit/screen-page.tsx'
import { SecretShown } from '../../../web/kit/secret-shown.tsx'
import { Loading } from '../../../web/kit/loading.tsx'
import type { Webhook } from '../schema.ts'
import { WebhookState } from './delivery-state.tsx'
import { useWebhooks, type NewWebhook } from './requests.ts'
import { WebhookDetail } from './webhook-detail.tsx'
import { WebhookForm } from './webhook-form.tsx'
import classes from './webhooks.module.css'

/** The webhooks, and of one of them everything. */
export default function WebhooksScreen() {
  const [parameters, change] = useParameters()
  const webhooks = useWebhooks()
  const [registering, setRegistering] = useState(false)
  const [made, setMade] = useState<NewWebhook | null>(null)
  const asked = one(parameters, 'webhook')
  const opened = webhooks.data?.find(({ id }) => id === asked) ?? webhooks.data?.[0]
  const register = (
    <Button leftSection={<IconPlus size={14} />} onClick={() => setRegistering(true)}>
      Register a webhook
    </Button>
  )
  return (
    <ScreenPage title="Webhooks" flush actions={register}>
      {webhooks.error && <ProblemAlert problem={webhooks.error} again={() => void webhooks.refetch()} />}
      {webhooks.isPending && <Loading />}
      {webhooks.data?.length === 0 && (
        <EmptyState title="No webhooks yet">
          A webhook tells another program what happens here: each event is posted to its URL, signed, in
          order, and tried again where that fails.
        </EmptyState>
      )}
      {webhooks.data && opened && (
        <div className={classes.halves}>
          <ul className={classes.list} aria-label="Webhooks">
            {webhooks.data.map((webhook) => (
              <Entry
                key={webhook.id}
                webhook={webhook}
                current={webhook.id === opened.id}
                open={() => change({ webhook: webhook.id })}
              />
            ))}
          </ul>
          <WebhookDetail
            key={opened.id}
            webhook={opened}
            deleted={() => change({ webhook: undefined }, { replace: true })}
            secretMade={setMade}
          />
        </div>
      )}
      {registering && (
        <WebhookForm
          close={() => setRegistering(false)}
          created={(webhook) => {
            setMade(webhook)
            change({ webhook: webhook.id })
            void queries.invalidateQueries({ queryKey: ['webhooks'] })
          }}
        />
      )}
      {made && (
        <SecretShown
          title="The webhook's secret"
          secret={made.secret}
          instead="Rotate the secret to get another."
          close={() => setMade(null)}
        >
          The receiver checks by it that a request comes from here (Standard Webhooks, or
          X-Webhook-Signature).
        </SecretShown>
      )}
    </ScreenPage>
  )
}

function Entry({ webhook, current, open }: { webhook: Webhook; current: boolean; open: () => void }) {
  return (
    <li>
      <UnstyledButton className={classes.entry} aria-current={current} onClick={open}>
        <div className="cut">{webhook.url}</div>
        <div className={classes.facts}>
          <WebhookState webhook={webhook} />
          <span className="cut">{webhook.event_types.join(', ')}</span>
        </div>
      </UnstyledButton>
    </li>
  )
}
