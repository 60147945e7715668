import { IconChartBar } from '@tabler/icons-react'
import type { Screen } from '../../../web/kit/screen.ts'

export const screens: readonly Screen[] = [
  {
    path: '/dashboard',
    title: 'Dashboard',
    icon: IconChartBar,
    navigation: { order: 30 },
    permission: 'read_tasks',
    component: () => import('./dashboard-screen.tsx'),
  },
]
