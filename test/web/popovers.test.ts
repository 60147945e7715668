import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { noBrowser, testBrowser, type ColourScheme, type TestBrowser } from '../browser.ts'
import { testServer, type TestServer } from '../server.ts'
import { createTask, createTasks, moveTask } from '../tasks.ts'

/** What opens over a screen: how, and what is there once it is open. */
interface Popover {
  readonly name: string
  readonly open: (page: Page) => Promise<void>
  readonly shown: (page: Page) => Locator
}

const press = (name: string) => (page: Page) =>
  page.getByRole('button', { name, exact: true }).first().click()
const menu = (page: Page): Locator => page.getByRole('menu')
const dialog = (page: Page): Locator => page.getByRole('dialog')
const options = (page: Page): Locator => page.getByRole('option').first()

/** A popover that a button of the same name opens. */
const by = (name: string, shown: Popover['shown']): Popover => ({ name, open: press(name), shown })
const box = (name: string): Popover => ({
  name,
  open: (page) => page.getByRole('combobox', { name, exact: true }).first().click(),
  shown: options,
})

describe('what opens over a screen is accessible', { skip: noBrowser }, () => {
  let server: TestServer
  let browser: TestBrowser
  let chosen = 0
  let running = 0
  before(async () => {
    server = await testServer()
    browser = await testBrowser()
    await createTasks(server, [
      { title: 'alpha', tags: ['a'] },
      { title: 'beta', tags: ['b'] },
    ])
    chosen = (await createTask(server, { title: 'chosen', tags: ['c'] })).number
    const task = await createTask(server, { title: 'running' })
    await moveTask(server, task.id, 'assigned', 'in_progress')
    running = task.number
  })
  after(async () => {
    await browser.close()
    await server.close()
  })

  const places = (): readonly { path: string; ready: (page: Page) => Promise<void>; all: Popover[] }[] => [
    {
      path: '/tasks',
      ready: (page) => page.getByRole('checkbox', { name: `Choose ${chosen}` }).check(),
      all: [
        by('Status', menu),
        by('Tags', dialog),
        by('Worker', dialog),
        by('Most urgent', menu),
        by('Columns', menu),
        by('Assign', dialog),
        by('Add a tag', dialog),
        {
          name: 'Priority of the chosen',
          open: (page) => page.getByRole('toolbar').getByRole('button', { name: 'Priority' }).click(),
          shown: menu,
        },
        by('Delete', dialog),
        { name: 'palette', open: (page) => page.keyboard.press('Control+k'), shown: dialog },
      ],
    },
    {
      path: `/tasks/${running}`,
      ready: (page) => page.getByRole('region', { name: 'History' }).getByRole('button').first().waitFor(),
      all: [
        box('Priority'),
        by('Complete', dialog),
        by('More', menu),
        {
          name: 'Prerequisite',
          async open(page) {
            await page.getByRole('button', { name: 'Add a prerequisite' }).click()
            await page.getByLabel('Prerequisite', { exact: true }).fill('alpha')
          },
          shown: options,
        },
      ],
    },
    {
      path: '/graph',
      ready: (page) => page.locator('canvas[data-drawn]').waitFor(),
      all: [by('Filter', dialog), box('Group by')],
    },
    {
      path: '/runs',
      ready: (page) => page.getByRole('grid', { name: 'Runs' }).waitFor(),
      all: [box('Outcome')],
    },
  ]

  for (const colours of ['light', 'dark'] satisfies ColourScheme[])
    test(`menus, choices and small forms, in ${colours}`, async () => {
      for (const { path, ready, all } of places()) {
        const window = await browser.open(server, path, { colours, key: server.key })
        const { page } = window
        await ready(page)
        for (const { name, open, shown } of all) {
          await open(page)
          await shown(page).waitFor()
          assert.deepEqual(await window.inaccessible(), [], `${name} of ${path}`)
          await page.keyboard.press('Escape')
          await shown(page).waitFor({ state: 'hidden' })
        }
        await window.close()
      }
    })
})
