import type { Aside, PaletteEntry, Screen } from './kit/screen.ts'
import { screens as accessScreens } from '../features/access/ui/index.ts'
import { screens as auditScreens } from '../features/audit/ui/index.ts'
import { screens as dashboardScreens } from '../features/dashboard/ui/index.ts'
import { screens as graphScreens } from '../features/dependencies/ui/index.ts'
import { screens as executionScreens } from '../features/executions/ui/index.ts'
import {
  asides as taskAsides,
  palette as taskPalette,
  screens as taskScreens,
} from '../features/tasks/ui/index.ts'
import { screens as webhookScreens } from '../features/webhooks/ui/index.ts'

/** Every screen of the web app, each from its feature. A feature with screens has a line here. */
export const screens: readonly Screen[] = [
  ...taskScreens,
  ...graphScreens,
  ...dashboardScreens,
  ...executionScreens,
  ...webhookScreens,
  ...auditScreens,
  ...accessScreens,
]

export const asides: readonly Aside[] = [...taskAsides]

export const palette: readonly PaletteEntry[] = [...taskPalette]
