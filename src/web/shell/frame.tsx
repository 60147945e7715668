import { AppShell, Burger, Group, Kbd, Menu, NavLink, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { spotlight } from '@mantine/spotlight'
import { IconLogout, IconSearch, IconUser } from '@tabler/icons-react'
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useCaller } from '../kit/caller.ts'
import { logOut } from '../kit/session.ts'
import { screens } from '../screens.ts'
import { AsideHost } from './aside-host.tsx'
import { ColourScheme } from './colour-scheme.tsx'
import { ConnectionSign } from './connection-sign.tsx'
import classes from './frame.module.css'
import { Mark } from './mark.tsx'
import { Palette } from './palette.tsx'

/** What stands around every screen: the navigation, who is logged in, whether events arrive, and the palette. */
export function Frame() {
  const [opened, { toggle, close }] = useDisclosure(false)
  const path = useRouterState({ select: (state) => state.location.pathname })
  useEffect(close, [path, close])
  return (
    <AppShell
      layout="alt"
      header={{ height: { base: 44, sm: 0 } }}
      navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={0}
    >
      <AppShell.Header hiddenFrom="sm" className={classes.header}>
        <Burger opened={opened} onClick={toggle} size="sm" aria-label="Navigation" />
        <Mark size={20} />
        <ConnectionSign compact />
      </AppShell.Header>
      <AppShell.Navbar className={classes.navbar} aria-label="Main">
        <Navigation path={path} close={close} />
      </AppShell.Navbar>
      <AppShell.Main className={classes.main}>
        <Outlet />
        <AsideHost />
      </AppShell.Main>
      <Palette />
    </AppShell>
  )
}

function Navigation({ path, close }: { path: string; close: () => void }) {
  const { may, whoami } = useCaller()
  const entries = screens
    .filter((screen) => screen.navigation && may(screen.permission))
    .sort((a, b) => (a.navigation?.order ?? 0) - (b.navigation?.order ?? 0))
  return (
    <>
      <Group className={classes.brand} gap={9} wrap="nowrap">
        <Mark size={20} />
        <span className="cut">Cairn Codex</span>
        <Burger
          opened
          onClick={close}
          size="sm"
          hiddenFrom="sm"
          ml="auto"
          aria-label="Close the navigation"
        />
      </Group>
      <UnstyledButton className={classes.search} onClick={() => spotlight.open()}>
        <IconSearch size={14} />
        <span className="cut">Go to…</span>
        <Kbd size="xs">{/Mac|iP/.test(navigator.platform) ? '⌘K' : 'Ctrl K'}</Kbd>
      </UnstyledButton>
      <div className={classes.entries}>
        {entries.map(({ path: to, title, icon: Icon }) => (
          <NavLink
            key={to}
            component={Link}
            to={to}
            label={title}
            leftSection={<Icon size={16} stroke={1.7} />}
            active={path === to || path.startsWith(`${to}/`)}
            className={classes.entry}
          />
        ))}
      </div>
      <div className={classes.foot}>
        <ConnectionSign />
        <Group gap={2} wrap="nowrap">
          <Menu position="top-start" width={220}>
            <Menu.Target>
              <UnstyledButton className={classes.person} aria-label={`Account of ${whoami.actor.name}`}>
                <IconUser size={16} stroke={1.7} />
                <span className="cut">{whoami.actor.name}</span>
              </UnstyledButton>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Label>
                {whoami.actor.name} in {whoami.tenant.name}
                {whoami.roles.length > 0 ? ` (${whoami.roles.join(', ')})` : ''}
              </Menu.Label>
              <Menu.Item leftSection={<IconLogout size={14} />} onClick={() => logOut()}>
                Log out
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
          <ColourScheme />
        </Group>
      </div>
    </>
  )
}
