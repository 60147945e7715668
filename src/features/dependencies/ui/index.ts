import { IconBinaryTree2 } from '@tabler/icons-react'
import type { Screen } from '../../../web/kit/screen.ts'

export const screens: readonly Screen[] = [
  {
    path: '/graph',
    title: 'Graph',
    icon: IconBinaryTree2,
    navigation: { order: 20 },
    permission: 'read_tasks',
    component: () => import('./graph-screen.tsx'),
  },
]
