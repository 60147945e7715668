import { Button, Center, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core'
import { useState, type FormEvent, type ReactNode } from 'react'
import { get, type ApiProblem } from '../kit/api.ts'
import { CallerContext, callerOf, useWhoami, type Whoami } from '../kit/caller.ts'
import { ProblemAlert } from '../kit/problem.tsx'
import { queries } from '../kit/queries.ts'
import { logIn, useSession } from '../kit/session.ts'
import classes from './login-gate.module.css'
import { Loading } from '../kit/loading.tsx'
import { Mark } from './mark.tsx'

/**
 * The screens, for whoever is logged in; the login, at the same address, for everybody else: so whoever was sent here by
 * a refused key comes back to where they were.
 */
export function LoginGate({ children }: { children: ReactNode }) {
  const { key, notice } = useSession()
  const whoami = useWhoami(key)
  if (key === null) return <Login notice={notice} />
  if (whoami.data) return <CallerContext value={callerOf(whoami.data)}>{children}</CallerContext>
  if (whoami.error)
    return (
      <Center mih="100dvh" p="md">
        <ProblemAlert problem={whoami.error} again={() => void whoami.refetch()} />
      </Center>
    )
  return (
    <Center mih="100dvh">
      <Loading />
    </Center>
  )
}

/** Why a key did not log in, for a person. */
function reasonOf(problem: ApiProblem): string {
  if (problem.status === 0) return problem.message
  if (problem.status === 401) return 'This key is not known here; check that you copied all of it.'
  return problem.message
}

function Login({ notice }: { notice: string | null }) {
  const [key, setKey] = useState('')
  const [fault, setFault] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  async function submit(event: FormEvent) {
    event.preventDefault()
    const wanted = key.trim()
    if (wanted === '') return setFault('Enter a key.')
    // What no header can carry is no key.
    if (!/^[\x21-\x7e]+$/.test(wanted))
      return setFault('A key has letters, digits and signs only; check what you copied.')
    setBusy(true)
    try {
      const whoami = await get<Whoami>('/whoami', { key: wanted })
      logIn(wanted)
      queries.setQueryData(['whoami', wanted], whoami)
    } catch (error) {
      setFault(reasonOf(error as ApiProblem))
      setBusy(false)
    }
  }

  return (
    <main className={classes.page}>
      <Paper withBorder radius={10} p="xl" className={classes.card}>
        <form onSubmit={(event) => void submit(event)} noValidate>
          <Stack gap="md">
            <div className={classes.brand}>
              <Mark size={26} />
              <Title order={1}>Cairn Codex</Title>
            </div>
            {notice !== null && fault === null && (
              <Text size="sm" role="status" c="var(--warning)">
                {notice}
              </Text>
            )}
            <PasswordInput
              label="API key"
              description="It stays in this browser, and goes to this server as a header."
              placeholder="cairn_…"
              autoComplete="current-password"
              autoFocus
              value={key}
              onChange={(event) => {
                setKey(event.currentTarget.value)
                setFault(null)
              }}
              error={fault}
              visibilityToggleButtonProps={{ 'aria-label': 'Show the key', tabIndex: 0 }}
            />
            <Button type="submit" size="sm" fullWidth loading={busy}>
              Log in
            </Button>
            <Text size="xs" c="dimmed">
              On a server that made its own key, <code>npx cairn config</code> and the lines it printed at its
              start tell where that is. Others get theirs from an administrator.
            </Text>
          </Stack>
        </form>
      </Paper>
    </main>
  )
}
