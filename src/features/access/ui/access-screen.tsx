import '@mantine/dates/styles.css'
import { Tabs } from '@mantine/core'
import { one, useParameters } from '../../../web/kit/address.ts'
import { useCaller } from '../../../web/kit/caller.ts'
import { ScreenPage } from '../../../web/kit/screen-page.tsx'
import { Keys } from './keys.tsx'
import { Roles } from './roles.tsx'
import { Tenants } from './tenants.tsx'
import { Users } from './users.tsx'

const TABS = [
  { value: 'keys', label: 'Keys', permission: 'manage_access', Content: Keys },
  { value: 'users', label: 'Users', permission: 'manage_access', Content: Users },
  { value: 'roles', label: 'Roles', permission: 'manage_access', Content: Roles },
  { value: 'tenants', label: 'Tenants', permission: 'operator', Content: Tenants },
]

/** Who may come in, and what they may do. */
export default function AccessScreen() {
  const [parameters, change] = useParameters()
  const { may } = useCaller()
  const tabs = TABS.filter(({ permission }) => may(permission))
  const asked = one(parameters, 'tab')
  const current = tabs.find(({ value }) => value === asked) ?? tabs[0]
  return (
    <ScreenPage title="Keys and people">
      <Tabs
        value={current?.value ?? null}
        onChange={(value) => change({ tab: value ?? undefined })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {tabs.map(({ value, label }) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(({ value, Content }) => (
          <Tabs.Panel key={value} value={value}>
            <Content />
          </Tabs.Panel>
        ))}
      </Tabs>
    </ScreenPage>
  )
}
