import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { bodyOf } from '../answers.ts'
import { noBrowser, testBrowser, type ColourScheme, type TestBrowser } from '../browser.ts'
import { testServer, type TestServer } from '../server.ts'
import { createTask } from '../tasks.ts'
import type { Task } from '../../src/features/tasks/schema.ts'

describe('the form for a new task', { skip: noBrowser }, () => {
  let server: TestServer
  let browser: TestBrowser
  before(async () => {
    server = await testServer()
    browser = await testBrowser()
  })
  after(async () => {
    await browser.close()
    await server.close()
  })

  for (const colours of ['light', 'dark'] satisfies ColourScheme[])
    test(`it makes a task with all that was given, empties itself, and the list shows it, in ${colours}`, async () => {
      const title = `made in ${colours}`
      const first = await createTask(server, { title: `needed in ${colours}` })
      const window = await browser.open(server, '/tasks?sort=newest&new=task', { key: server.key, colours })
      const { page } = window
      const form = page.getByRole('form', { name: 'New task' })
      await form.getByRole('textbox', { name: 'Title' }).fill(title)
      await form.getByRole('textbox', { name: 'Description' }).fill('What and why')
      await form.getByLabel('Effort in minutes').fill('90')
      await form.getByLabel('Tags').fill('new')
      await page.keyboard.press('Enter')
      await form.getByLabel('Waits for').fill('needed in')
      await page.getByRole('option', { name: new RegExp(first.title) }).click()
      assert.deepEqual(await window.inaccessible(), [])
      await form.getByRole('button', { name: 'Create' }).click()
      await page.getByRole('row').filter({ hasText: title }).getByText('Waiting').waitFor()
      assert.equal(await form.getByRole('textbox', { name: 'Title' }).inputValue(), '')
      const [task] = bodyOf<Task[]>(await server.get(`/tasks/search?q=${encodeURIComponent(title)}`))
      assert.deepEqual(
        [task?.description, task?.effort_estimate, task?.tags, task?.unmet_dependencies],
        ['What and why', 90, ['new'], 1],
      )
      await form.getByRole('button', { name: new RegExp(title) }).click()
      await page.getByRole('article').getByText(title).first().waitFor()
      await window.close()
    })

  test('faults are told as one types, and those that only the server knows after it', async () => {
    const gone = await createTask(server, { title: 'soon gone' })
    const window = await browser.open(server, '/tasks?new=task', { key: server.key })
    const { page } = window
    const form = page.getByRole('form', { name: 'New task' })
    const title = form.getByRole('textbox', { name: 'Title' })
    await title.fill('x'.repeat(501))
    await form.getByText('must have at most 500 characters').waitFor()
    await title.fill('   ')
    await form.getByText('A task needs a title').waitFor()
    await form.getByRole('button', { name: 'Create' }).click()
    await form.getByLabel('Waits for').fill('soon gone')
    await page.getByRole('option', { name: /soon gone/ }).click()
    await server.del(`/tasks/${gone.id}`)
    await title.fill('waits for what is gone')
    await form.getByRole('button', { name: 'Create' }).click()
    await form
      .getByRole('alert')
      .getByText(/There is no task/)
      .waitFor()
    assert.equal(await title.inputValue(), 'waits for what is gone', 'what was written is kept')
    const found = bodyOf<Task[]>(await server.get('/tasks'))
    assert.deepEqual(
      found.filter((task) => task.title.startsWith('waits')),
      [],
    )
    await window.close()
  })
})
