import type { ComponentType } from 'react'

/** A Tabler icon, or anything that is drawn like one. */
export type Icon = ComponentType<{ size?: number | string; stroke?: number | string }>

type Lazy<P> = () => Promise<{ default: ComponentType<P> }>

/** A screen: one route of the web app, loaded when it is first visited. */
export interface Screen {
  /** Below /app, as TanStack Router spells it: `/tasks`, `/tasks/$task`. */
  readonly path: string
  /** What the window and the palette call it. */
  readonly title: string
  readonly icon: Icon
  /** Its place in the navigation, smallest first; a screen without it is reached by links alone. */
  readonly navigation?: { readonly order: number }
  /** Who lacks it does not see the screen in the navigation, and is told why when they come by a link. */
  readonly permission: string
  readonly component: Lazy<object>
}

/**
 * What opens beside whatever screen is there while its parameter stands in the address: `?task=17`. So a task is opened
 * from the list, the graph or a table of runs without leaving them, and has its own URL everywhere.
 */
export interface Aside {
  readonly parameter: string
  readonly permission: string
  readonly component: Lazy<AsideProps>
}

export interface AsideProps {
  /** The parameter's value in the address. */
  readonly value: string
  readonly close: () => void
}

/** Something that the palette (⌘K) offers beside the screens. */
export interface PaletteEntry {
  readonly label: string
  readonly description?: string
  readonly icon: Icon
  readonly permission: string
  /** Where it leads, below /app; `?new-task=` and the like open an aside on the screen that is there. */
  readonly to: string
}
