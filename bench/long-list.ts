import { testBrowser } from '../test/browser.ts'
import { Figures, type Effort, type Measured } from './figure.ts'
import { install } from './installation.ts'
import { percentile, table } from './statistics.ts'
import { addTasks, TENANT } from './stock.ts'

/** What the page saw of itself while it was scrolled: milliseconds between frames, and the most rows that it held. */
interface Seen {
  readonly frames: readonly number[]
  readonly rows: number
}

/**
 * Runs in the page: keeps its list scrolled to the end until `all` tasks have come, page by page, and notes every frame. A
 * frame is some 17 ms; one that is much longer is a frozen picture.
 */
const scrollToEnd = (all: number): string => `new Promise((done) => {
  const grid = document.querySelector('[role=grid]')
  const frames = []
  let rows = 0
  let last = performance.now()
  const turn = (now) => {
    frames.push(now - last)
    last = now
    rows = Math.max(rows, grid.querySelectorAll('[role=row]').length)
    if (Number(grid.getAttribute('aria-rowcount')) > ${all}) return done({ frames: frames.slice(1), rows })
    grid.scrollTop = grid.scrollHeight
    requestAnimationFrame(turn)
  }
  requestAnimationFrame(turn)
})`

/** The web app's list of a hundred thousand tasks in Chromium, scrolled from its beginning to its end, all of it fetched. */
export async function measureLongList({ rounds, quick }: Effort): Promise<Measured> {
  const size = quick ? 2_000 : 100_000
  const installation = await install()
  const browser = await testBrowser()
  try {
    const server = await installation.serve()
    const client = await installation.connect()
    await addTasks(client, TENANT, size)
    await client.query('VACUUM (ANALYZE)')
    const figures = new Figures()
    let most = 0
    for (let round = 0; round < rounds; round++) {
      const { page, close } = await browser.open(server, '/tasks', { key: installation.key })
      page.setDefaultTimeout(0)
      await page.getByRole('row').nth(10).waitFor()
      const begin = performance.now()
      const { frames, rows } = await page.evaluate<Seen>(scrollToEnd(size))
      most = Math.max(most, rows)
      figures.add(`${size} tasks to the end`, 'ms', performance.now() - begin)
      figures.add('frame, median', 'ms', percentile(frames, 0.5))
      figures.add('frame, p99', 'ms', percentile(frames, 0.99))
      figures.add('longest frame', 'ms', Math.max(...frames))
      await close()
    }
    const lines = figures.all().map(({ name }) => [name, figures.median(name).toFixed(0)])
    return {
      text: `${table(['what', 'median ms'], lines)}\n${most} rows in the page at most`,
      figures: figures.all(),
    }
  } finally {
    await browser.close()
    await installation.close()
  }
}
