import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { noBrowser, testBrowser, type ColourScheme, type TestBrowser, type TestWindow } from '../browser.ts'
import { claimOne } from '../claims.ts'
import { addEdge } from '../graph.ts'
import { testServer, type TestServer } from '../server.ts'
import { createTask, moveTask, patchTask, readMetadata, readTask } from '../tasks.ts'

describe('the task panel', { skip: noBrowser }, () => {
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

  const panel = ({ page }: TestWindow) => page.getByRole('article')
  const moves = ({ page }: TestWindow) => page.getByRole('toolbar', { name: 'Moves' })
  const offered = async (window: TestWindow): Promise<string[]> =>
    moves(window).getByRole('button').allInnerTexts()
  const open = (number: number, colours: ColourScheme = 'light') =>
    browser.open(server, `/tasks?task=${number}`, { key: server.key, colours })

  test('a task goes through its life by the moves that are allowed, and attempts show cost and errors', async () => {
    const task = await createTask(server, { title: 'a life' })
    const window = await open(task.number)
    const { page } = window
    const press = (name: string) => moves(window).getByRole('button', { name, exact: true }).click()
    await press('Assign')
    assert.deepEqual(await offered(window), ['Assign'])
    await page.getByLabel('Worker', { exact: true }).fill('bifrost-7')
    await page.getByRole('dialog').getByRole('button', { name: 'Assign' }).click()
    await press('Start')
    await moves(window).getByRole('button', { name: 'Fail' }).waitFor()
    assert.deepEqual(await offered(window), ['Complete', 'Fail'])
    await press('Fail')
    await page.getByLabel('What it cost').fill('0.25')
    await page.getByLabel('What went wrong').fill('the disk is full')
    await page.getByRole('dialog').getByRole('button', { name: 'Fail' }).click()
    await press('Retry')
    const attempts = page.getByRole('region', { name: 'Attempts' })
    await attempts.getByText('the disk is full').waitFor()
    assert.match(await attempts.innerText(), /Failed\s+bifrost-7 \(manual\)[\s\S]*\$0\.25/)
    await moves(window).getByRole('button', { name: 'Assign' }).waitFor()
    assert.equal((await readTask(server, task.id)).status, 'ready')
    const history = page.getByRole('region', { name: 'History' })
    await history.getByRole('button', { name: /retried/ }).waitFor()
    await history.getByRole('button', { name: /failed/ }).click()
    await history.getByText('in_progress').waitFor()
    await window.close()
  })

  test('work that a lease protects is ended after a question only', async () => {
    const task = await createTask(server, { title: 'leased', tags: ['leased'] })
    const claim = await claimOne(server, { tags: ['leased'], worker_id: 'holder' })
    assert.equal(claim.task.id, task.id)
    const window = await open(task.number)
    const { page } = window
    await page.getByRole('region', { name: 'Attempts' }).getByText('holder').waitFor()
    await moves(window).getByRole('button', { name: 'Complete' }).click()
    const form = page.getByRole('dialog')
    await form.getByRole('button', { name: 'Complete' }).waitFor()
    assert.equal(await form.getByRole('textbox').count(), 0, 'what would be dropped is not asked for')
    await form.getByRole('button', { name: 'Complete' }).click()
    await page.getByText('holder holds a lease on it').waitFor()
    assert.equal((await readTask(server, task.id)).status, 'in_progress')
    await page.getByRole('button', { name: 'Complete it all the same' }).click()
    await panel(window).getByText('Completed', { exact: true }).first().waitFor()
    await window.close()
  })

  test('a dependent is freed in another window when its prerequisite is completed', async () => {
    const first = await createTask(server, { title: 'first of two' })
    const second = await createTask(server, { title: 'second of two', depends_on: [first.id] })
    const [one, two] = [await open(first.number), await open(second.number)]
    await two.page.getByText('It can be assigned once its prerequisite is').waitFor()
    assert.ok(await moves(two).getByRole('button', { name: 'Assign' }).isDisabled())
    await two.live()
    await moveTask(server, first.id, 'assigned', 'in_progress')
    await moves(one).getByRole('button', { name: 'Complete' }).click()
    await one.page.getByRole('dialog').getByRole('button', { name: 'Complete' }).click()
    await moves(two).getByRole('button', { name: 'Assign', disabled: false }).waitFor()
    await two.page.getByRole('region', { name: 'Waits for' }).getByText('Completed').waitFor()
    await one.close()
    await two.close()
  })

  test('a prerequisite that would close a loop is refused with the loop', async () => {
    const a = await createTask(server, { title: 'loop alpha' })
    const b = await createTask(server, { title: 'loop beta' })
    await addEdge(server, b.id, a.id)
    const window = await open(a.number)
    const { page } = window
    await page.getByRole('button', { name: 'Add a prerequisite' }).click()
    await page.getByLabel('Prerequisite', { exact: true }).fill('loop beta')
    await page.getByRole('option', { name: /loop beta/ }).click()
    const loop = page.getByRole('alert').filter({ hasText: 'close a loop' })
    await loop.getByText('loop beta').waitFor()
    await loop.getByText('loop alpha').waitFor()
    await page
      .getByLabel('Prerequisite', { exact: true })
      .fill(String((await createTask(server, { title: 'sound' })).number))
    await page.getByRole('option', { name: /sound/ }).click()
    await page.getByRole('button', { name: /^No longer wait for/ }).click()
    await page.getByRole('region', { name: 'Waits for' }).getByText('sound').waitFor({ state: 'detached' })
    await window.close()
  })

  test('two who change the same field see both versions, and one is chosen', async () => {
    const task = await createTask(server, { title: 'as it was' })
    const window = await open(task.number)
    const { page } = window
    await page.getByRole('button', { name: /^Title:/ }).click()
    await page.getByLabel('Title', { exact: true }).fill('as I want it')
    await patchTask(server, task.id, { title: 'as they want it' })
    await page.getByRole('button', { name: 'Save' }).click()
    const notice = page.getByRole('alert')
    for (const version of ['as it was', 'as they want it', 'as I want it'])
      await notice.getByText(version).waitFor()
    assert.equal((await readTask(server, task.id)).title, 'as they want it')
    assert.deepEqual(await window.inaccessible(), [])
    await notice.getByRole('button', { name: 'Save mine over it' }).click()
    await page.getByRole('button', { name: 'Title: as I want it' }).waitFor()
    assert.equal((await readTask(server, task.id)).title, 'as I want it')

    // Another field's change is no conflict: both are kept.
    await page.getByRole('button', { name: /^Title:/ }).click()
    await page.getByLabel('Title', { exact: true }).fill('both')
    await patchTask(server, task.id, { priority: 5 })
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Title: both' }).waitFor()
    const { title, priority } = await readTask(server, task.id)
    assert.deepEqual({ title, priority }, { title: 'both', priority: 5 })
    await window.close()
  })

  test('tags, effort and metadata are edited in place; what is reserved is not', async () => {
    const task = await createTask(server, { title: 'edited', metadata: { branch: 'old' } })
    const window = await open(task.number)
    const { page } = window
    // One after the other at once, though the page can't show yet what the one before made of the task.
    for (const tag of ['urgent', 'second']) {
      await page.getByRole('article').locator('input[aria-label="Tags"]').fill(tag)
      await page.keyboard.press('Enter')
    }
    await page.getByLabel('Effort in minutes').fill('45')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'branch: old' }).click()
    await page.getByLabel('branch', { exact: true }).fill('new')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('button', { name: 'branch: new' }).waitFor()
    await page.getByRole('button', { name: 'Add metadata' }).click()
    await page.getByLabel('Key', { exact: true }).fill('retry_count')
    await page.getByLabel('Value', { exact: true }).fill('9')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('That did not work').waitFor()
    await page.getByLabel('Key', { exact: true }).fill('owner')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('button', { name: 'owner: 9' }).waitFor()
    await page.getByRole('button', { name: 'Remove owner' }).click()
    await page.getByRole('button', { name: 'owner: 9' }).waitFor({ state: 'detached' })
    const stored = await readTask(server, task.id)
    assert.deepEqual([stored.tags, stored.effort_estimate], [['urgent', 'second'], 45])
    assert.equal((await readMetadata(server, task.id))['branch'], 'new')
    await window.close()
  })

  for (const colours of ['light', 'dark'] satisfies ColourScheme[])
    test(`panel, its forms, its own screen and a phone's width are accessible, in ${colours}`, async () => {
      const waiting = await createTask(server, { title: 'waiting', description: 'Words', tags: ['x'] })
      const task = await createTask(server, {
        title: 'shown',
        metadata: { a: 'b' },
        depends_on: [waiting.id],
      })
      await moveTask(server, waiting.id, 'assigned', 'in_progress')
      const window = await open(waiting.number, colours)
      const { page } = window
      await page.getByRole('region', { name: 'Is waited for by' }).getByText('shown').waitFor()
      assert.deepEqual(await window.inaccessible(), [])
      await moves(window).getByRole('button', { name: 'Fail' }).click()
      await page.getByLabel('What went wrong').waitFor()
      assert.deepEqual(await window.inaccessible(), [])
      await page.goto(`/app/tasks/${task.number}`)
      await page.getByRole('region', { name: 'Waits for' }).getByText('waiting').waitFor()
      assert.deepEqual(await window.inaccessible(), [])
      await window.close()

      const phone = await browser.open(server, `/tasks?task=${task.number}`, {
        key: server.key,
        colours,
        size: { width: 390, height: 800 },
      })
      await phone.page.getByRole('button', { name: 'Title: shown' }).waitFor()
      assert.equal(
        await phone.page.evaluate('document.documentElement.scrollWidth'),
        390,
        'nothing is wider than it',
      )
      assert.deepEqual(await phone.inaccessible(), [])
      await phone.page.getByRole('button', { name: 'Close', exact: true }).click()
      await phone.page.getByRole('row').nth(1).waitFor()
      assert.equal(await phone.page.evaluate('document.documentElement.scrollWidth'), 390)
      await phone.close()
    })

  test('a task that is not there is said not to be, and deleting leads out', async () => {
    const task = await createTask(server, { title: 'short-lived' })
    const window = await open(task.number)
    const { page } = window
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await panel(window).waitFor({ state: 'detached' })
    assert.equal((await server.get(`/tasks/${task.id}`)).status, 404)
    await page.goto(`/app/tasks/${task.number}`)
    await page.getByText(`There is no task ${task.number}`).waitFor()
    await window.close()
  })
})
