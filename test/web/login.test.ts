import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { noBrowser, testBrowser, type ColourScheme, type TestBrowser } from '../browser.ts'
import { testServer, type TestServer } from '../server.ts'

describe('the login', { skip: noBrowser }, () => {
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
    test(`a key opens the screens, in ${colours}`, async () => {
      const { page, inaccessible, close } = await browser.open(server, '/tasks', { colours })
      await page.getByLabel('API key').waitFor()
      assert.deepEqual(await inaccessible(), [])
      await page.getByLabel('API key').fill(server.key)
      await page.getByRole('button', { name: 'Log in' }).click()
      await page.getByText('Live', { exact: true }).first().waitFor()
      assert.equal(new URL(page.url()).pathname, '/app/tasks')
      assert.deepEqual(await inaccessible(), [])
      if (process.env['SHOT']) await page.screenshot({ path: `${process.env['SHOT']}-${colours}.png` })
      await close()
    })
})
