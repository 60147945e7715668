import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { bodyOf } from '../answers.ts'
import {
  noBrowser,
  testBrowser,
  WITHOUT_MACHINE_CODE,
  type ColourScheme,
  type TestBrowser,
  type TestWindow,
} from '../browser.ts'
import { eventually } from '../eventually.ts'
import { addEdge } from '../graph.ts'
import { testServer, type TestServer } from '../server.ts'
import { createTask, createTasks, moveTask } from '../tasks.ts'
import { layOutGraph } from '../../src/features/dependencies/picture/layout.ts'
import { NODE_HEIGHT, NODE_WIDTH } from '../../src/features/dependencies/picture/measures.ts'
import { taskGraph } from '../../src/features/dependencies/picture/task-graph.ts'
import type { GraphEdge, GraphNode } from '../../src/features/dependencies/schema.ts'
import { fit } from '../../src/features/dependencies/ui/camera.ts'

interface Answer {
  nodes: GraphNode[]
  edges: GraphEdge[]
}

const SCHEMES = ['light', 'dark'] satisfies ColourScheme[]
const HOSTILE = `<img src=x onerror="alert(1)"><script>alert(2)</script>`

const canvasOf = (page: Page) => page.getByRole('application')
const drawn = (page: Page): Promise<void> => page.locator('canvas[data-drawn]').waitFor()
const answerOf = async (server: TestServer): Promise<Answer> =>
  bodyOf<Answer>(await server.get('/tasks/dependency-graph'))

/** Where the picture has each task, in the canvas's pixels, as long as nobody moved it: laid out here once more. */
async function placesOf(
  server: TestServer,
  page: Page,
): Promise<Map<number, { x: number; y: number; zoom: number }>> {
  const { nodes, edges } = await answerOf(server)
  const graph = taskGraph(nodes, edges)
  const picture = layOutGraph({ size: nodes.length, from: graph.from, to: graph.to })
  const box = (await canvasOf(page).boundingBox())!
  const camera = fit({ x: 0, y: 0, width: picture.width, height: picture.height }, box)
  return new Map(
    graph.nodes.map((node, task) => [
      node.number,
      {
        x: (picture.x[task]! - camera.x) * camera.zoom,
        y: (picture.y[task]! - camera.y) * camera.zoom,
        zoom: camera.zoom,
      },
    ]),
  )
}

/** The colour of one of the canvas's pixels, and of what the page calls by a name. */
const colourAt = (page: Page, x: number, y: number): Promise<string> =>
  page.evaluate(
    `(() => { const [r, g, b] = document.querySelector('canvas[data-drawn]').getContext('2d').getImageData(${Math.round(x)}, ${Math.round(y)}, 1, 1).data; return 'rgb(' + r + ', ' + g + ', ' + b + ')' })()`,
  )
const colourOf = (page: Page, name: string): Promise<string> =>
  page.evaluate(
    `(() => { const span = document.createElement('span'); document.body.append(span); span.style.color = 'var(${name})'; const { color } = getComputedStyle(span); span.remove(); return color })()`,
  )

/** The numbers in the list's rows: each task, what it waits for and what waits for it. */
async function listed(page: Page): Promise<Record<string, [string, string]>> {
  const rows = await page
    .getByRole('grid', { name: 'Tasks of the graph' })
    .getByRole('row')
    .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent ?? '')))
  return Object.fromEntries(
    rows.slice(1).map(([number, , , waits, waited]) => [number!, [waits!, waited!] as [string, string]]),
  )
}

/** The same, of the answer. */
function told({ nodes, edges }: Answer): Record<string, [string, string]> {
  const number = new Map(nodes.map((node) => [node.id, node.number]))
  const names = (ends: GraphEdge[], end: 'source' | 'target'): string =>
    ends
      .toSorted((a, b) => number.get(a[end])! - number.get(b[end])!)
      .map((edge) => `${number.get(edge[end])}${edge.type === 'soft' ? ' (advice)' : ''}`)
      .join(', ')
  return Object.fromEntries(
    nodes.map(({ id, number: own }) => [
      String(own),
      [
        names(
          edges.filter((edge) => edge.target === id),
          'source',
        ),
        names(
          edges.filter((edge) => edge.source === id),
          'target',
        ),
      ],
    ]),
  )
}

describe('the graph', { skip: noBrowser }, () => {
  let server: TestServer
  let browser: TestBrowser
  /** Numbers: b waits for a, c and d for b, d softly for c; e waits for nothing and has a hostile title. */
  const number: Record<string, number> = {}
  const id: Record<string, string> = {}
  const open = async (path: string, colours: ColourScheme = 'light'): Promise<TestWindow> => {
    const window = await browser.open(server, path, { colours, key: server.key })
    // The first visit of a browser loads all of the app; on a busy machine that takes its time.
    window.page.setDefaultTimeout(120_000)
    return window
  }

  before(async () => {
    server = await testServer()
    browser = await testBrowser()
    const names = ['a', 'b', 'c', 'd', 'e']
    const tasks = await createTasks(
      server,
      names.map((name) => ({
        title: name === 'e' ? HOSTILE : `Task ${name}`,
        effort_estimate: 30,
        tags: [name],
      })),
    )
    names.forEach((name, nth) => {
      number[name] = tasks[nth]!.number
      id[name] = tasks[nth]!.id
    })
    await addEdge(server, id['b']!, id['a']!)
    await addEdge(server, id['c']!, id['b']!)
    await addEdge(server, id['d']!, id['b']!)
    await addEdge(server, id['d']!, id['c']!, 'soft')
  })
  after(async () => {
    await browser.close()
    await server.close()
  })

  for (const colours of SCHEMES)
    test(`tasks are drawn in the colours of their statuses, in ${colours}, and all of it is accessible`, async () => {
      const { page, inaccessible, close } = await open('/graph?critical=1', colours)
      await drawn(page)
      const places = await placesOf(server, page)
      const stripe = (name: string) => {
        const { x, y, zoom } = places.get(number[name]!)!
        return colourAt(page, x + 2 * zoom, y + (NODE_HEIGHT / 2) * zoom)
      }
      const [ready, waiting] = [
        await colourOf(page, '--status-ready'),
        await colourOf(page, '--status-waiting'),
      ]
      assert.notEqual(ready, waiting)
      await eventually('what is ready and what waits are drawn so', async () => {
        return (await stripe('a')) === ready && (await stripe('b')) === waiting
      })
      const beside = places.get(number['a']!)!
      assert.equal(await colourAt(page, beside.x - 8, beside.y), await colourOf(page, '--ground'))
      assert.match(
        await page
          .getByText(/Critical path/)
          .last()
          .innerText(),
        /3 tasks, 1 h 30 min/,
      )
      assert.deepEqual(await inaccessible(), [])
      await page.getByRole('button', { name: 'Filter' }).click()
      await page.getByLabel('Around one task').waitFor()
      assert.deepEqual(await inaccessible(), [])
      await close()
    })

  test('a click opens the task beside the graph, and a click beside everything closes it', async () => {
    const { page, close } = await open('/graph')
    await drawn(page)
    const places = await placesOf(server, page)
    const { x, y, zoom } = places.get(number['c']!)!
    await canvasOf(page).click({
      position: { x: x + (NODE_WIDTH / 2) * zoom, y: y + (NODE_HEIGHT / 2) * zoom },
    })
    await page.waitForURL((url) => url.searchParams.get('task') === String(number['c']))
    await page.getByRole('complementary', { name: 'Details' }).waitFor()
    await canvasOf(page).click({ position: { x: 4, y: 4 } })
    await page.waitForURL((url) => !url.searchParams.has('task'))
    await close()
  })

  test('arrow keys follow dependencies, Enter opens, Escape clears', async () => {
    const { page, close } = await open('/graph')
    await drawn(page)
    const at = (name: string) =>
      page
        .getByRole('status')
        .filter({ hasText: `${number[name]} Task ${name}` })
        .waitFor({ state: 'attached' })
    await canvasOf(page).focus()
    await page.keyboard.press('ArrowRight')
    await at('a')
    await page.keyboard.press('ArrowRight')
    await at('b')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowLeft')
    await at('b')
    await page.keyboard.press('Enter')
    await page.waitForURL((url) => url.searchParams.get('task') === String(number['b']))
    await canvasOf(page).focus()
    await page.keyboard.press('Escape')
    await page.waitForURL((url) => !url.searchParams.has('task'))
    await close()
  })

  test('the list says the same as the graph, and a title is text', async () => {
    const { page, inaccessible, close } = await open('/graph?view=list')
    page.on('dialog', () => assert.fail('a title ran as a script'))
    await page.getByRole('grid', { name: 'Tasks of the graph' }).waitFor()
    assert.deepEqual(await listed(page), told(await answerOf(server)))
    await page.getByRole('gridcell', { name: HOSTILE, exact: true }).waitFor()
    assert.deepEqual(await inaccessible(), [])
    await page.getByRole('gridcell', { name: HOSTILE, exact: true }).click()
    await page.waitForURL((url) => url.searchParams.get('task') === String(number['e']))
    await close()
  })

  test('a hostile title is text in the picture, too, and find goes to it', async () => {
    const { page, close } = await open('/graph')
    page.on('dialog', () => assert.fail('a title ran as a script'))
    await drawn(page)
    await page.getByLabel('Find').fill('onerror')
    await page.getByText('1 task', { exact: true }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('1 of 1', { exact: true }).waitFor()
    await page.getByRole('status').filter({ hasText: HOSTILE }).waitFor({ state: 'attached' })
    assert.equal(await page.locator('img[src="x"]').count(), 0)
    await close()
  })

  test('an address is cut down to what makes sense in it', async () => {
    const { page, close } = await open(
      '/graph?root=javascript:alert(1)&depth=-1&status=nonsense&group=x&view=list',
    )
    await page.getByRole('grid', { name: 'Tasks of the graph' }).waitFor()
    assert.deepEqual(Object.keys(await listed(page)).length, (await answerOf(server)).nodes.length)
    await page.goto(`/app/graph?view=list&root=${number['a']}&direction=down&depth=1`)
    await page.getByRole('grid', { name: 'Tasks of the graph' }).waitFor()
    assert.deepEqual(Object.keys(await listed(page)), [String(number['a']), String(number['b'])])
    await page.goto(`/app/graph?view=list&tag=c&tag=d`)
    await page.getByRole('grid', { name: 'Tasks of the graph' }).waitFor()
    assert.deepEqual(Object.keys(await listed(page)), [String(number['c']), String(number['d'])])
    await close()
  })

  test('what happens recolours the picture as it stands; only a new task or edge lays it out anew', async () => {
    const { page, close } = await open('/graph')
    await drawn(page)
    await page.getByText('Live', { exact: true }).last().waitFor()
    let layouts = 0
    page.on('worker', () => layouts++)
    const { x, y, zoom } = (await placesOf(server, page)).get(number['e']!)!
    const stripe = () => colourAt(page, x + 2 * zoom, y + (NODE_HEIGHT / 2) * zoom)
    await moveTask(server, id['e']!, 'assigned', 'in_progress')
    const running = await colourOf(page, '--status-in_progress')
    await eventually('the running task is drawn so', async () => (await stripe()) === running)
    assert.equal(layouts, 0)
    const { id: late } = await createTask(server, { title: 'Late', depends_on: [id['d']!] })
    await page.getByRole('application', { name: 'Graph of 6 tasks' }).waitFor()
    assert.equal(layouts >= 1, true)
    bodyOf(await server.del(`/tasks/${late}`), 204)
    await page.getByRole('application', { name: 'Graph of 5 tasks' }).waitFor()
    await close()
  })

  test('the whole picture is saved as an image', async () => {
    const { page, close } = await open('/graph?group=status')
    await drawn(page)
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save image' }).click()
    assert.equal((await download).suggestedFilename(), 'cairn-graph.png')
    await close()
  })

  /** Goes to the graph and away again, and says by how much the page then grew, its garbage collected. */
  async function growth({ page }: TestWindow, visits: number): Promise<{ heap: number; nodes: number }> {
    const client = await page.context().newCDPSession(page)
    await client.send('Performance.enable')
    const visit = async (): Promise<void> => {
      await page.getByRole('link', { name: 'Graph' }).click()
      await drawn(page)
      await page.getByRole('link', { name: 'Tasks' }).click()
      await page.locator('canvas[data-drawn]').waitFor({ state: 'detached' })
    }
    const measure = async (): Promise<{ heap: number; nodes: number }> => {
      await page.getByRole('grid').waitFor()
      await client.send('HeapProfiler.collectGarbage')
      await client.send('HeapProfiler.collectGarbage')
      const { metrics } = await client.send('Performance.getMetrics')
      const value = (name: string) => metrics.find((metric) => metric.name === name)!.value
      return { heap: value('JSHeapUsedSize'), nodes: value('Nodes') }
    }
    // What is kept once, code and caches, is there after some visits.
    for (let nth = 0; nth < 10; nth++) await visit()
    const before = await measure()
    for (let nth = 0; nth < visits; nth++) await visit()
    const now = await measure()
    return { heap: now.heap - before.heap, nodes: now.nodes - before.nodes }
  }

  describe('over many visits', () => {
    let steady: TestBrowser
    before(async () => {
      steady = await testBrowser(WITHOUT_MACHINE_CODE)
    })
    after(() => steady?.close())
    const openSteady = (): Promise<TestWindow> => steady.open(server, '/tasks', { key: server.key })

    test('a hundred leave the heap as it was', async () => {
      const window = await openSteady()
      const { heap, nodes } = await growth(window, 100)
      assert.ok(heap < 200_000, `the heap grew by ${heap} bytes`)
      assert.ok(nodes < 100, `there are ${nodes} nodes more`)
      assert.equal(window.page.workers().length, 0)
      await window.close()
    })

    test('control: what somebody keeps is noticed', async () => {
      const window = await openSteady()
      await window.page.evaluate(`(() => {
        const kept = (globalThis.kept = [])
        const former = HTMLCanvasElement.prototype.getContext
        HTMLCanvasElement.prototype.getContext = function (...rest) {
          kept.push([this, Array.from({ length: 500 }, (_, nth) => ({ nth }))])
          return former.apply(this, rest)
        }
      })()`)
      const { heap, nodes } = await growth(window, 20)
      assert.ok(heap >= 200_000, `the heap grew by only ${heap} bytes`)
      assert.ok(nodes >= 20, `only ${nodes} nodes more`)
      await window.close()
    })
  })
})
