import { IconKey } from '@tabler/icons-react'
import type { Screen } from '../../../web/kit/screen.ts'

export const screens: readonly Screen[] = [
  {
    path: '/access',
    title: 'Keys and people',
    icon: IconKey,
    navigation: { order: 70 },
    permission: 'manage_access',
    component: () => import('./access-screen.tsx'),
  },
]
