import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { queries } from '../kit/queries.ts'
import { Confirmations } from '../kit/confirm.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import { LoginGate } from './login-gate.tsx'
import { styleNonce } from './nonce.ts'
import { Routes } from './routes.tsx'
import { theme, variables } from './theme.ts'

/** The web app: what everything in it stands on, the login, and behind it the screens. */
export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
    >
      <ErrorBoundary>
        <QueryClientProvider client={queries}>
          <Notifications position="bottom-right" autoClose={5_000} limit={4} />
          <Confirmations />
          <LoginGate>
            <Routes />
          </LoginGate>
        </QueryClientProvider>
      </ErrorBoundary>
    </MantineProvider>
  )
}
