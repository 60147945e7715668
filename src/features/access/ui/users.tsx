import { Badge, Button, MultiSelect, Switch, TextInput } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { patch, post, remove } from '../../../web/kit/api.ts'
import { confirm } from '../../../web/kit/confirm.tsx'
import { ChangeUser, CreateUser, type User } from '../schema.ts'
import classes from './access.module.css'
import { Dialog } from './dialog.tsx'
import { Listing } from './listing.tsx'
import { RowAct } from './row-act.tsx'
import { attempt, useRoles, useUsers } from './requests.ts'

async function askDelete(user: User): Promise<void> {
  const yes = await confirm({
    title: `Delete ${user.name}?`,
    text: 'Their keys open nothing from this second on. What they did stays in the record.',
    action: 'Delete',
    destructive: true,
  })
  if (yes) await attempt(() => remove(`/users/${user.id}`, { version: user.version }))
}

export function Names({ names }: { names: readonly string[] }) {
  return (
    <span className={classes.names}>
      {names.map((name) => (
        <Badge key={name} variant="default" size="sm" radius={4} tt="none" fw={500}>
          {name}
        </Badge>
      ))}
    </span>
  )
}

/** The people and agents of the tenant. */
export function Users() {
  const users = useUsers()
  const [edited, setEdited] = useState<User | 'new' | null>(null)
  return (
    <>
      <Button mb="sm" leftSection={<IconPlus size={14} />} onClick={() => setEdited('new')}>
        Add a user
      </Button>
      <Listing
        label="Users"
        list={users}
        heads={['Name', 'Email', 'Roles', 'State']}
        cells={(user) => [
          user.name,
          user.email ?? '–',
          <Names key="roles" names={user.roles} />,
          user.active ? 'Active' : 'Not active',
        ]}
        off={(user) => !user.active}
        actions={(user) => (
          <>
            <RowAct act="Change" to={user.name} onClick={() => setEdited(user)} />
            <RowAct act="Delete" to={user.name} destructive onClick={() => void askDelete(user)} />
          </>
        )}
        empty="No users yet. Add one for each person and each fleet of agents."
      />
      {edited !== null && (
        <UserDialog user={edited === 'new' ? null : edited} close={() => setEdited(null)} />
      )}
    </>
  )
}

interface Values extends Record<string, unknown> {
  name: string
  email: string
  roles: string[]
  active: boolean
}

function UserDialog({ user, close }: { user: User | null; close: () => void }) {
  const roles = useRoles()
  const path = user && `/users/${user.id}`
  return (
    <Dialog<Values>
      title={user ? `Change ${user.name}` : 'Add a user'}
      action={user ? 'Save' : 'Add'}
      initial={{
        name: user?.name ?? '',
        email: user?.email ?? '',
        roles: user?.roles ?? ['agent'],
        active: user?.active ?? true,
      }}
      schema={user ? ChangeUser.omit({ user_id: true }) : CreateUser}
      bodyOf={({ name, email, roles: held, active }) => ({
        name: name.trim(),
        email: email.trim() === '' ? null : email.trim(),
        roles: held,
        ...(user ? { active } : {}),
      })}
      send={(body, idempotencyKey) =>
        user && path ? patch(path, body, { version: user.version }) : post('/users', body, { idempotencyKey })
      }
      close={close}
    >
      {(form) => (
        <>
          <TextInput label="Name" data-autofocus {...form.getInputProps('name')} />
          <TextInput label="Email" placeholder="none" {...form.getInputProps('email')} />
          <MultiSelect
            label="Roles"
            description="What they may do. Nobody grants what they lack themselves."
            data={(roles.data ?? []).map(({ name }) => name)}
            {...form.getInputProps('roles')}
          />
          {user && (
            <Switch
              label="Active: their keys open something"
              {...form.getInputProps('active', { type: 'checkbox' })}
            />
          )}
        </>
      )}
    </Dialog>
  )
}
