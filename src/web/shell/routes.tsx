import { createRootRoute, createRoute, createRouter, redirect, RouterProvider } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { parseParameters, printParameters } from '../kit/address.ts'
import { screens } from '../screens.ts'
import { Broken } from './error-boundary.tsx'
import { Frame } from './frame.tsx'
import { Loading } from '../kit/loading.tsx'
import { NotFound, Permitted } from './places.tsx'

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound })

/** The first entry of the navigation: where the app begins. */
const first = screens
  .filter((screen) => screen.navigation)
  .sort((a, b) => (a.navigation?.order ?? 0) - (b.navigation?.order ?? 0))[0]

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: ({ search }) => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- the router's own way
    if (first) throw redirect({ to: first.path, search, replace: true })
  },
})

const routes = screens.map((screen) => {
  const Content = lazy(screen.component)
  return createRoute({
    getParentRoute: () => root,
    path: screen.path,
    component: () => (
      <Permitted permission={screen.permission} title={screen.title}>
        <Suspense fallback={<Loading />}>
          <Content />
        </Suspense>
      </Permitted>
    ),
    // Its code is fetched when a link to it is pointed at, and a screen that is there stays until the next has come.
    loader: () => screen.component().then(() => undefined),
  })
})

const router = createRouter({
  routeTree: root.addChildren([home, ...routes]),
  basepath: '/app',
  parseSearch: parseParameters,
  stringifySearch: printParameters,
  defaultPreload: 'intent',
  defaultErrorComponent: ({ error, reset }) => <Broken error={error} again={reset} />,
  scrollRestoration: false,
})

/** The screens, each at its path below /app. */
export function Routes() {
  return <RouterProvider router={router} />
}
