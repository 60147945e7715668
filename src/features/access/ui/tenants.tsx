import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import type { z } from 'zod'
import { patch, post, remove } from '../../../web/kit/api.ts'
import { useCaller } from '../../../web/kit/caller.ts'
import { SecretShown } from '../../../web/kit/secret-shown.tsx'
import { Ago } from '../../../web/kit/time.tsx'
import { ChangeTenant, CreateTenant, type NewTenant, type Tenant } from '../schema.ts'
import { Dialog } from './dialog.tsx'
import { Listing } from './listing.tsx'
import { RowAct } from './row-act.tsx'
import { attempt, useTenants } from './requests.ts'

type Made = z.output<typeof NewTenant>

/** The tenants of the installation; for the operator alone. */
export function Tenants() {
  const { whoami } = useCaller()
  const tenants = useTenants(whoami.operator)
  const [edited, setEdited] = useState<Tenant | 'new' | null>(null)
  const [deleting, setDeleting] = useState<Tenant | null>(null)
  const [made, setMade] = useState<Made | null>(null)
  return (
    <>
      <Button mb="sm" leftSection={<IconPlus size={14} />} onClick={() => setEdited('new')}>
        Add a tenant
      </Button>
      <Listing
        label="Tenants"
        list={tenants}
        heads={['Name', 'Id', 'Created']}
        cells={(tenant) => [
          tenant.name,
          <code key="id">{tenant.id}</code>,
          <Ago key="at" time={tenant.created_at} />,
        ]}
        actions={(tenant) =>
          tenant.id === whoami.tenant.id ? (
            'your own'
          ) : (
            <>
              <RowAct act="Rename" to={tenant.name} onClick={() => setEdited(tenant)} />
              <RowAct act="Delete" to={tenant.name} destructive onClick={() => setDeleting(tenant)} />
            </>
          )
        }
        empty="No tenants"
      />
      {edited !== null && (
        <TenantDialog
          tenant={edited === 'new' ? null : edited}
          close={() => setEdited(null)}
          made={setMade}
        />
      )}
      {deleting && <DeleteTenant tenant={deleting} close={() => setDeleting(null)} />}
      {made && (
        <SecretShown
          title={`The first key of ${made.name}`}
          secret={made.key}
          instead="Delete this tenant and add it again."
          close={() => setMade(null)}
        >
          It belongs to the user admin, who may do everything in this tenant.
        </SecretShown>
      )}
    </>
  )
}

function TenantDialog({
  tenant,
  close,
  made,
}: {
  tenant: Tenant | null
  close: () => void
  made: (tenant: Made) => void
}) {
  return (
    <Dialog<{ name: string }>
      title={tenant ? `Rename ${tenant.name}` : 'Add a tenant'}
      action={tenant ? 'Rename' : 'Add'}
      initial={{ name: tenant?.name ?? '' }}
      schema={tenant ? ChangeTenant.omit({ tenant_id: true }) : CreateTenant}
      bodyOf={({ name }) => ({ name: name.trim() })}
      send={async (body, idempotencyKey) => {
        if (tenant) await patch(`/tenants/${tenant.id}`, body, { version: tenant.version })
        else made(await post<Made>('/tenants', body, { idempotencyKey }))
      }}
      close={close}
    >
      {(form) => <TextInput label="Name" data-autofocus {...form.getInputProps('name')} />}
    </Dialog>
  )
}

/** Everything of a tenant goes with it: that its name is written out shows that it is meant. */
function DeleteTenant({ tenant, close }: { tenant: Tenant; close: () => void }) {
  const [name, setName] = useState('')
  return (
    <Modal opened onClose={close} title={`Delete the tenant ${tenant.name}?`}>
      <Stack gap="sm">
        <Text size="sm">
          Its tasks, history, audit trail, people, roles and keys are gone for good. Write its name to go on.
        </Text>
        <TextInput
          label="Name of the tenant"
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          data-autofocus
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button
            color="red"
            disabled={name !== tenant.name}
            onClick={() => {
              close()
              void attempt(() => remove(`/tenants/${tenant.id}`, { version: tenant.version }))
            }}
          >
            Delete for good
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
