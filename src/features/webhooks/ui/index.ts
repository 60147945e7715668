import { IconWebhook } from '@tabler/icons-react'
import type { Screen } from '../../../web/kit/screen.ts'

export const screens: readonly Screen[] = [
  {
    path: '/webhooks',
    title: 'Webhooks',
    icon: IconWebhook,
    navigation: { order: 50 },
    permission: 'manage_webhooks',
    component: () => import('./webhooks-screen.tsx'),
  },
]
