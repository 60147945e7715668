import { Button, Select, TextInput } from '@mantine/core'
import { DateTimePicker } from '@mantine/dates'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { patch, post, remove } from '../../../web/kit/api.ts'
import { confirm } from '../../../web/kit/confirm.tsx'
import { SecretShown } from '../../../web/kit/secret-shown.tsx'
import { Ago, exactTime, useNow } from '../../../web/kit/time.tsx'
import { CreateKey, type Key, type NewKey } from '../schema.ts'
import { Dialog } from './dialog.tsx'
import { Listing } from './listing.tsx'
import { RowAct } from './row-act.tsx'
import { attempt, useKeys, useUsers } from './requests.ts'

async function askRevoke(key: Key): Promise<void> {
  const yes = await confirm({
    title: `Revoke ${key.name}?`,
    text: `${key.prefix}… opens nothing from this second on, for good; open connections are closed.`,
    action: 'Revoke',
    destructive: true,
  })
  if (yes) await attempt(() => patch(`/keys/${key.id}`, { revoked: true }, { version: key.version }))
}

async function askDelete(key: Key): Promise<void> {
  const yes = await confirm({
    title: `Delete ${key.name}?`,
    text: 'It goes from this list; what was done with it stays in the record.',
    action: 'Delete',
    destructive: true,
  })
  if (yes) await attempt(() => remove(`/keys/${key.id}`, { version: key.version }))
}

function stateOf({ revoked_at, expires_at }: Key, now: number): string {
  if (revoked_at !== null) return `Revoked ${exactTime(revoked_at)}`
  if (expires_at === null) return 'Opens, for ever'
  return Date.parse(expires_at) <= now
    ? `Ended ${exactTime(expires_at)}`
    : `Opens until ${exactTime(expires_at)}`
}

/** The keys: who has which, until when, and when it was used. */
export function Keys() {
  const keys = useKeys()
  const users = useUsers()
  const now = useNow()
  const [creating, setCreating] = useState(false)
  const [made, setMade] = useState<NewKey | null>(null)
  const nameOf = (id: string): string => users.data?.find((user) => user.id === id)?.name ?? '…'
  const off = (key: Key): boolean =>
    key.revoked_at !== null || (key.expires_at !== null && Date.parse(key.expires_at) <= now)
  return (
    <>
      <Button mb="sm" leftSection={<IconPlus size={14} />} onClick={() => setCreating(true)}>
        Make a key
      </Button>
      <Listing
        label="Keys"
        list={keys}
        heads={['Name', 'Of', 'Begins with', 'State', 'Used']}
        cells={(key) => [
          key.name,
          nameOf(key.user_id),
          <code key="prefix">{key.prefix}…</code>,
          stateOf(key, now),
          key.last_used_at === null ? 'never' : <Ago key="used" time={key.last_used_at} />,
        ]}
        off={off}
        actions={(key) =>
          key.revoked_at === null ? (
            <RowAct act="Revoke" to={key.name} destructive onClick={() => void askRevoke(key)} />
          ) : (
            <RowAct act="Delete" to={key.name} destructive onClick={() => void askDelete(key)} />
          )
        }
        empty="No keys yet. Make one for each user."
      />
      {creating && <KeyDialog close={() => setCreating(false)} made={setMade} />}
      {made && (
        <SecretShown
          title={`The key ${made.name}`}
          secret={made.key}
          instead="Revoke this key and make another."
          close={() => setMade(null)}
        >
          It is sent as a header: <code>Authorization: Bearer …</code>. An agent gets it as CAIRN_API_KEY.
        </SecretShown>
      )}
    </>
  )
}

interface Values extends Record<string, unknown> {
  name: string
  user_id: string | null
  expires_at: string | null
}

function KeyDialog({ close, made }: { close: () => void; made: (key: NewKey) => void }) {
  const users = useUsers()
  return (
    <Dialog<Values>
      title="Make a key"
      action="Make"
      initial={{ name: '', user_id: null, expires_at: null }}
      schema={CreateKey.required({ user_id: true })}
      bodyOf={({ name, user_id, expires_at }) => ({
        name: name.trim(),
        ...(user_id === null ? {} : { user_id }),
        expires_at: expires_at === null ? null : new Date(expires_at.replace(' ', 'T')).toISOString(),
      })}
      send={async (body, idempotencyKey) => made(await post<NewKey>('/keys', body, { idempotencyKey }))}
      close={close}
    >
      {(form) => (
        <>
          <TextInput
            label="Name"
            placeholder="laptop, fleet-3, …"
            data-autofocus
            {...form.getInputProps('name')}
          />
          <Select
            label="Whose"
            placeholder="Choose a user"
            searchable
            data={(users.data ?? [])
              .filter((user) => user.active)
              .map(({ id, name }) => ({ value: id, label: name }))}
            {...form.getInputProps('user_id')}
          />
          <DateTimePicker
            label="Ends"
            size="xs"
            placeholder="never"
            valueFormat="DD MMM YYYY HH:mm"
            clearable
            clearButtonProps={{ 'aria-label': 'Never ends' }}
            {...form.getInputProps('expires_at')}
          />
        </>
      )}
    </Dialog>
  )
}
