import { IconHistory } from '@tabler/icons-react'
import type { Screen } from '../../../web/kit/screen.ts'

export const screens: readonly Screen[] = [
  {
    path: '/audit',
    title: 'Audit',
    icon: IconHistory,
    navigation: { order: 60 },
    permission: 'read_audit',
    component: () => import('./audit-screen.tsx'),
  },
]
