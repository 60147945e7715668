import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { bodyOf } from '../answers.ts'
import { noBrowser, testBrowser, type ColourScheme, type TestBrowser, type TestWindow } from '../browser.ts'
import { keyWith } from '../people.ts'
import { testServer, type TestServer } from '../server.ts'

const logIn = async ({ page }: TestWindow, key: string): Promise<void> => {
  await page.getByLabel('API key').fill(key)
  await page.getByRole('button', { name: 'Log in' }).click()
}

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
    test(`a key opens the address that was asked for, and goes as a header only, in ${colours}`, async () => {
      const window = await browser.open(server, '/tasks?status=ready', { colours })
      const { page } = window
      const asked: { url: string; authorization: string | undefined }[] = []
      page.on('request', (request) =>
        asked.push({ url: request.url(), authorization: request.headers()['authorization'] }),
      )
      await page.getByLabel('API key').waitFor()
      assert.deepEqual(await window.inaccessible(), [])
      await logIn(window, ` ${server.key} `)
      await window.live()
      assert.equal(new URL(page.url()).search, '?status=ready')
      const whoami = asked.find(({ url }) => url.endsWith('/whoami'))
      assert.equal(whoami?.authorization, `Bearer ${server.key}`)
      assert.deepEqual(
        asked.filter(({ url }) => url.includes(server.key)),
        [],
      )
      assert.deepEqual(await page.context().cookies(), [])
      assert.deepEqual(await window.inaccessible(), [])
      await window.close()
    })

  test('a wrong key and no network read differently', async () => {
    const window = await browser.open(server, '/')
    const { page } = window
    await logIn(window, 'cairn_wrong')
    await page.getByText('This key is not known here').waitFor()
    await page.context().setOffline(true)
    await logIn(window, server.key)
    await page.getByText('The server cannot be reached').waitFor()
    assert.equal(await page.evaluate('localStorage.getItem("cairn.key")'), null, 'nothing was kept')
    await page.context().setOffline(false)
    await logIn(window, server.key)
    await window.live()
    await window.close()
  })

  test('a key that is revoked leads to the login, and the next one back to the same place', async () => {
    const key = await keyWith(server, ['read_tasks'])
    const window = await browser.open(server, '/tasks?q=x', { key })
    const { page } = window
    await window.live()
    const [row] = bodyOf<{ id: string }[]>(await server.get('/keys')).filter((each) =>
      key.startsWith((each as unknown as { prefix: string }).prefix),
    )
    await server.patch(`/keys/${row!.id}`, { revoked: true })
    await page.getByLabel('API key').waitFor()
    assert.match(await page.getByRole('status').innerText(), /key/i)
    await logIn(window, server.key)
    await window.live()
    assert.equal(new URL(page.url()).search, '?q=x')
    await window.close()
  })

  test('logging out forgets the key, in every window', async () => {
    const window = await browser.open(server, '/tasks', { key: server.key })
    const { page } = window
    await window.live()
    const other = await page.context().newPage()
    await other.goto('/app/tasks')
    await other.locator('[data-connection=live]:visible').waitFor()
    await page.getByRole('button', { name: /^Account of/ }).click()
    assert.deepEqual(await window.inaccessible(), [])
    await page.getByRole('menuitem', { name: 'Log out' }).click()
    await page.getByLabel('API key').waitFor()
    await other.getByLabel('API key').waitFor()
    assert.equal(await page.evaluate('localStorage.getItem("cairn.key")'), null)
    await window.close()
  })
})
