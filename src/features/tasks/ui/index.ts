import { IconListDetails } from '@tabler/icons-react'
import type { Aside, PaletteEntry, Screen } from '../../../web/kit/screen.ts'

export const screens: readonly Screen[] = [
  {
    path: '/tasks',
    title: 'Tasks',
    icon: IconListDetails,
    navigation: { order: 10 },
    permission: 'read_tasks',
    component: () => import('./tasks-screen.tsx'),
  },
]

export const asides: readonly Aside[] = []

export const palette: readonly PaletteEntry[] = []
