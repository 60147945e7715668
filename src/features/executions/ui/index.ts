import { IconTimeline } from '@tabler/icons-react'
import type { Screen } from '../../../web/kit/screen.ts'

export const screens: readonly Screen[] = [
  {
    path: '/runs',
    title: 'Runs',
    icon: IconTimeline,
    navigation: { order: 40 },
    permission: 'read_tasks',
    component: () => import('./runs-screen.tsx'),
  },
]
