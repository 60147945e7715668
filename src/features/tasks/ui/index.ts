import { IconListDetails, IconPlus } from '@tabler/icons-react'
import type { Aside, PaletteEntry, Screen } from '../../../web/kit/screen.ts'

export const screens: readonly Screen[] = [
  {
    path: '/tasks',
    title: 'Tasks',
    icon: IconListDetails,
    navigation: { order: 10 },
    permission: 'read_tasks',
    component: () => import('./list/tasks-screen.tsx'),
  },
  {
    path: '/tasks/$task',
    title: 'Task',
    icon: IconListDetails,
    permission: 'read_tasks',
    component: () => import('./panel/task-screen.tsx'),
  },
]

/** `?new=task` opens the form, `?task=17` a task, beside any screen. */
export const asides: readonly Aside[] = [
  { parameter: 'new', permission: 'create_tasks', component: () => import('./new/new-task.tsx') },
  { parameter: 'task', permission: 'read_tasks', component: () => import('./panel/task-panel.tsx') },
]

export const palette: readonly PaletteEntry[] = [
  {
    label: 'New task',
    description: 'Opens the form beside this screen',
    icon: IconPlus,
    permission: 'create_tasks',
    to: '?new=task',
  },
]
