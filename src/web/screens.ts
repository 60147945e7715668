import type { Aside, PaletteEntry, Screen } from './kit/screen.ts'
import {
  asides as taskAsides,
  palette as taskPalette,
  screens as taskScreens,
} from '../features/tasks/ui/index.ts'
import { screens as graphScreens } from '../features/dependencies/ui/index.ts'

/** Every screen of the web app, each from its feature. A feature with screens has a line here. */
export const screens: readonly Screen[] = [...taskScreens, ...graphScreens]

export const asides: readonly Aside[] = [...taskAsides]

export const palette: readonly PaletteEntry[] = [...taskPalette]
