import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { install } from '../../bench/installation.ts'
import { testBrowser, type ColourScheme, type TestWindow } from '../browser.ts'
import { testReceiver } from '../receiver.ts'
import { addPeople, taskWithMost, workFor, type Ask } from './history.ts'
import { inventedProject } from './project.ts'
import { phoneScreensOf, screensOf, type Screen } from './screens.ts'

// `npm run screenshots -- [--from FILE] [--seconds N] [--into FOLDER]`: takes a picture of every screen, light and dark, over a
// Beads export (an invented project unless one is named) that agents have worked on for so long. It needs Chromium.

const { values } = parseArgs({
  options: {
    from: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    into: { type: 'string', default: join(import.meta.dirname, '..', '..', 'docs', 'screenshots') },
  },
})
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const LAPTOP = { width: 1280, height: 800 }
const PHONE = { width: 390, height: 800 }

const installation = await install()
const receiver = await testReceiver()
const refusing = await testReceiver()
const browser = await testBrowser()
try {
  const { url } = await installation.serve()
  const ask: Ask = async (method, path, body) => {
    const text = typeof body === 'string'
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${installation.key}`,
        ...(body === undefined ? {} : { 'content-type': text ? 'text/plain' : 'application/json' }),
      },
      ...(body === undefined ? {} : { body: text ? body : JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return response.json() as never
  }

  const source = values.from === undefined ? inventedProject() : readFileSync(values.from, 'utf8')
  const { created } = await ask<{ created: number }>('POST', '/import/beads?reopen=true', source)
  say(`${created} tasks are imported`)
  await addPeople(ask)
  refusing.answer(503)
  const { id: webhook } = await ask<{ id: string }>('POST', '/webhooks', {
    url: receiver.url,
    event_types: ['task.completed', 'task.failed'],
  })
  await ask('POST', '/webhooks', { url: refusing.url, event_types: ['task.failed'] })
  await workFor(ask, Number(values.seconds) * 1_000)
  const executions = await ask<{ task: { number: number }; attempt: number }[]>(
    'GET',
    '/executions?limit=500',
  )
  const task = await taskWithMost(ask, executions)
  await receiver.got(1)
  say(`${executions.length} executions or more; task ${task} is shown`)

  mkdirSync(values.into, { recursive: true })
  let bytes = 0
  const take = async ({ page }: TestWindow, name: string, colours: ColourScheme): Promise<void> => {
    const path = join(values.into, `${name}-${colours}.png`)
    await page.screenshot({ path, animations: 'disabled', caret: 'hide' })
    bytes += statSync(path).size
  }
  const takeAll = async (screens: readonly Screen[], size: typeof LAPTOP, colours: ColourScheme) => {
    const window = await browser.open({ url }, '/tasks', { key: installation.key, colours, size })
    await window.live()
    for (const { name, path, show } of screens) {
      await window.page.goto(`/app${path}`)
      await window.live()
      await show(window.page)
      await take(window, name, colours)
    }
    await window.close()
  }
  for (const colours of ['light', 'dark'] satisfies ColourScheme[]) {
    const login = await browser.open({ url }, '/', { colours, size: LAPTOP })
    await login.page.getByLabel('API key').waitFor()
    await take(login, 'login', colours)
    await login.close()
    await takeAll(screensOf(task, webhook), LAPTOP, colours)
    await takeAll(phoneScreensOf(task), PHONE, colours)
  }
  say(`${Math.round(bytes / 1024)} KiB of pictures in ${values.into}`)
} finally {
  await browser.close()
  receiver.close()
  refusing.close()
  await installation.close()
}
