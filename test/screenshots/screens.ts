import type { Page } from 'playwright-core'

/** A picture to take: its name, where it is below /app, and what is done there until it shows what it is to show. */
export interface Screen {
  readonly name: string
  readonly path: string
  readonly show: (page: Page) => Promise<unknown>
}

const rows = (page: Page): Promise<void> => page.getByRole('row').nth(3).waitFor()
const drawn = (page: Page): Promise<void> => page.locator('canvas[data-drawn]').waitFor()
const panel = (page: Page): Promise<void> =>
  page.getByRole('article').getByRole('region', { name: 'History' }).getByRole('button').first().waitFor()

/** Every screen; `task` is the number of one that has attempts and neighbours, `webhook` the id of one with deliveries. */
export const screensOf = (task: number, webhook: string): readonly Screen[] => [
  { name: 'tasks', path: '/tasks', show: rows },
  { name: 'task', path: `/tasks?task=${task}`, show: panel },
  {
    name: 'new-task',
    path: '/tasks?new=task',
    async show(page) {
      await rows(page)
      await page
        .getByRole('form', { name: 'New task' })
        .getByLabel('Title')
        .fill('Payments: rotate the signing key')
    },
  },
  { name: 'graph', path: '/graph?joined=1', show: drawn },
  { name: 'graph-grouped', path: '/graph?joined=1&group=status', show: drawn },
  {
    name: 'dashboard',
    path: '/dashboard?hours=1',
    show: (page) =>
      page.getByRole('region', { name: 'What blocks most' }).getByRole('link').first().waitFor(),
  },
  { name: 'runs', path: '/runs', show: rows },
  {
    name: 'webhooks',
    path: `/webhooks?webhook=${webhook}`,
    async show(page) {
      const deliveries = page.getByRole('region', { name: 'Deliveries' })
      await deliveries
        .getByRole('button', { name: /^task\./ })
        .first()
        .click()
      await page.getByRole('region', { name: 'Payload' }).waitFor()
    },
  },
  {
    name: 'audit',
    path: '/audit?event_type=task.completed',
    async show(page) {
      const list = page.getByRole('list', { name: 'The record, newest first' })
      await list.getByRole('button', { expanded: false }).nth(1).click()
      await list.getByText(/^event \d+$/).waitFor()
    },
  },
  {
    name: 'access',
    path: '/access',
    show: (page) => page.getByRole('table', { name: 'Keys' }).getByText('fleet-2').waitFor(),
  },
  {
    name: 'palette',
    path: '/tasks',
    async show(page) {
      await rows(page)
      await page.keyboard.press('Control+k')
      await page.getByRole('dialog').getByText('Go to Dashboard').waitFor()
    },
  },
]

/** What is looked at on a phone, too. */
export const phoneScreensOf = (task: number): readonly Screen[] => [
  { name: 'tasks-phone', path: '/tasks', show: rows },
  { name: 'task-phone', path: `/tasks?task=${task}`, show: panel },
]
