import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext, type Page } from 'playwright-core'
import type { TestServer } from './server.ts'

/** Debian's Chromium, or the one that the environment names. */
const CHROMIUM = process.env['CAIRN_TEST_CHROMIUM'] ?? '/usr/bin/chromium'

const missing = existsSync(CHROMIUM) ? undefined : `there is no Chromium at ${CHROMIUM}`

/** For a test's `skip`: why there is no browser here. In CI that is a failure, not a reason. */
export const noBrowser: string | false =
  missing !== undefined && process.env['CI'] !== 'true' ? missing : false

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export type ColourScheme = 'light' | 'dark'

export interface WindowOptions {
  readonly colours?: ColourScheme
  /** Pixels; a laptop's unless given. */
  readonly size?: { width: number; height: number }
  /** Whose key is logged in already. */
  readonly key?: string
}

/** A browser of its own for a test file, with a fresh profile. */
export interface TestBrowser {
  /** A window of its own: nothing is shared with the others. `path` is below /app. */
  open(server: Pick<TestServer, 'url'>, path: string, options?: WindowOptions): Promise<TestWindow>
  close(): Promise<void>
}

/** A page whose faults are gathered. */
export interface TestWindow {
  readonly page: Page
  /** Waits until events arrive here. */
  live(): Promise<void>
  /** Errors of the page and its console, and violations of its policy: each a line. Empties the list. */
  faults(): string[]
  /** The serious findings of axe-core on what is there now, each a line. */
  inaccessible(): Promise<string[]>
  /** Fails on any fault, and closes the window. */
  close(): Promise<void>
}

const axe = (): Promise<string> =>
  readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** For V8: no machine code, which it makes as it pleases and counts as heap. What then grows is the page's own. */
export const WITHOUT_MACHINE_CODE = ['--js-flags=--jitless --no-flush-bytecode']

/** Starts Chromium; once a test file. */
export async function testBrowser(flags: readonly string[] = []): Promise<TestBrowser> {
  assert.equal(missing, undefined, missing)
  const profile = await mkdtemp(join(tmpdir(), 'cairn-browser-'))
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [...FLAGS, ...flags, `--disk-cache-dir=${profile}`],
  })
  const axeSource = await axe()
  return {
    open: async (server, path, options = {}) => {
      const context = await browser.newContext({
        baseURL: server.url,
        colorScheme: options.colours ?? 'light',
        viewport: options.size ?? { width: 1280, height: 800 },
        reducedMotion: 'reduce',
        timezoneId: 'UTC',
        locale: 'en-GB',
      })
      return openWindow(context, axeSource, path, options)
    },
    async close() {
      await browser.close()
      await rm(profile, { recursive: true, force: true })
    },
  }
}

async function openWindow(
  context: BrowserContext,
  axeSource: string,
  path: string,
  { key }: WindowOptions,
): Promise<TestWindow> {
  const found: string[] = []
  await context.addInitScript(
    `addEventListener('securitypolicyviolation', (event) =>
       console.error('policy: ' + event.violatedDirective + ' of ' + event.blockedURI + ' at ' + event.sourceFile + ':' + event.lineNumber))`,
  )
  if (key !== undefined)
    await context.addInitScript(
      `if (!sessionStorage.seeded) { localStorage.setItem('cairn.key', ${JSON.stringify(key)}); sessionStorage.seeded = '1' }`,
    )
  // Eight of these may run on two cores.
  context.setDefaultTimeout(90_000)
  const page = await context.newPage()
  page.on('pageerror', (error) => void found.push(`error: ${error.stack ?? error.message}`))
  page.on('console', (message) => {
    // The browser reports every answer of 400 or more by itself; what the app makes of it is what tests look at.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      found.push(`console: ${message.text()}`)
  })
  await page.goto(`/app${path}`)
  return {
    page,
    live: () => page.locator('[data-connection=live]:visible').first().waitFor(),
    faults: () => found.splice(0),
    async inaccessible() {
      // The tool is not the page's own script: the policy need not let it in.
      await page.evaluate(axeSource)
      const violations = await page.evaluate<
        { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[]
      >(`axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations)`)
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }) =>
          nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
        )
    },
    async close() {
      await context.close()
      assert.deepEqual(found, [])
    },
  }
}
