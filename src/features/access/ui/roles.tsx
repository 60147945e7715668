import { Button, Checkbox, Stack, Textarea, TextInput } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { patch, post, remove } from '../../../web/kit/api.ts'
import { useCaller } from '../../../web/kit/caller.ts'
import { confirm } from '../../../web/kit/confirm.tsx'
import { ChangeRole, CreateRole, type Role } from '../schema.ts'
import { Dialog } from './dialog.tsx'
import { Listing } from './listing.tsx'
import { RowAct } from './row-act.tsx'
import { attempt, useRoles } from './requests.ts'
import { Names } from './users.tsx'

async function askDelete(role: Role): Promise<void> {
  const yes = await confirm({
    title: `Delete the role ${role.name}?`,
    text: 'That works where nobody holds it.',
    action: 'Delete',
    destructive: true,
  })
  if (yes) await attempt(() => remove(`/roles/${role.id}`, { version: role.version }))
}

/** The roles, with what each permits. */
export function Roles() {
  const roles = useRoles()
  const [edited, setEdited] = useState<Role | 'new' | null>(null)
  return (
    <>
      <Button mb="sm" leftSection={<IconPlus size={14} />} onClick={() => setEdited('new')}>
        Add a role
      </Button>
      <Listing
        label="Roles"
        list={roles}
        heads={['Name', 'What for', 'Permissions']}
        cells={(role) => [
          role.name,
          role.description || '–',
          <Names key="permissions" names={role.permissions} />,
        ]}
        actions={(role) =>
          role.built_in ? (
            'built in'
          ) : (
            <>
              <RowAct act="Change" to={role.name} onClick={() => setEdited(role)} />
              <RowAct act="Delete" to={role.name} destructive onClick={() => void askDelete(role)} />
            </>
          )
        }
        empty="No roles"
      />
      {edited !== null && (
        <RoleDialog role={edited === 'new' ? null : edited} close={() => setEdited(null)} />
      )}
    </>
  )
}

interface Values extends Record<string, unknown> {
  name: string
  description: string
  permissions: string[]
}

function RoleDialog({ role, close }: { role: Role | null; close: () => void }) {
  const { whoami } = useCaller()
  // Nobody grants what they lack; what the role holds already may stay.
  const offered = [...new Set([...whoami.permissions, ...(role?.permissions ?? [])])].sort()
  return (
    <Dialog<Values>
      title={role ? `Change the role ${role.name}` : 'Add a role'}
      action={role ? 'Save' : 'Add'}
      initial={{
        name: role?.name ?? '',
        description: role?.description ?? '',
        permissions: role?.permissions ?? ['read_tasks'],
      }}
      schema={role ? ChangeRole.omit({ role_id: true }) : CreateRole}
      bodyOf={({ name, description, permissions }) => ({ name: name.trim(), description, permissions })}
      send={(body, idempotencyKey) =>
        role
          ? patch(`/roles/${role.id}`, body, { version: role.version })
          : post('/roles', body, { idempotencyKey })
      }
      close={close}
    >
      {(form) => (
        <>
          <TextInput label="Name" data-autofocus {...form.getInputProps('name')} />
          <Textarea label="What for" autosize minRows={2} {...form.getInputProps('description')} />
          <Checkbox.Group label="Permissions" {...form.getInputProps('permissions')}>
            <Stack gap={6} mt={6}>
              {offered.map((permission) => (
                <Checkbox key={permission} size="xs" value={permission} label={permission} />
              ))}
            </Stack>
          </Checkbox.Group>
        </>
      )}
    </Dialog>
  )
}
