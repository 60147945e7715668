import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport, type CallToolResult } from '@modelcontextprotocol/client'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { features } from '../src/features/index.ts'
import { assemble } from '../src/kernel/application.ts'
import { catalogueOf } from '../src/surfaces/mcp/catalogue.ts'
import type { Effort, Measured } from './figure.ts'
import { Figures } from './figure.ts'
import { install } from './installation.ts'
import { table } from './statistics.ts'

/** How many tasks the graph has over which the loop is run. */
const TASKS = 500

const README = join(import.meta.dirname, '..', 'README.md')
const MARKS = [
  '<!-- tokens: made by `npm run bench -- tokens --write` -->',
  '<!-- end of tokens -->',
] as const

/** The tokens of the answer to `tools/list`: all that a model is shown of the tools before it does anything. */
export const tokensOfToolList = (): number =>
  countTokens(JSON.stringify({ tools: catalogueOf(assemble(features)).listing }))

/** The tokens of the lesson that agents are taught by. */
export const tokensOfGuide = (): number =>
  Math.max(...catalogueOf(assemble(features)).lessons.map(({ text }) => countTokens(text)))

/** One call of the loop, in tokens: what the model writes, and what it is shown, by the text or by the data. */
interface Step {
  readonly name: string
  readonly asked: number
  readonly text: number
  readonly data: number
  /** Both, for a client that hands its model all it gets. */
  readonly both: number
}

const textOf = ({ content }: CallToolResult): string =>
  content.map((part) => (part.type === 'text' ? part.text : JSON.stringify(part))).join('\n')

/** Creates the graph: each task waits for one or two of those before it, a description of a few lines each. */
async function createGraph(call: (name: string, input: object) => Promise<CallToolResult>): Promise<void> {
  let numbers: number[] = []
  for (let made = 0; made < TASKS; made += 100) {
    const tasks = Array.from({ length: 100 }, (_, n) => ({
      title: `Add pagination to endpoint ${made + n + 1} and cover it by tests`,
      description:
        'The endpoint returns all rows today. Page it by cursor as the others are paged, keep the order stable, refuse a cursor of another list, and say where the next page is in the Link header. Cover the last page, an empty list and a changed cursor.',
      priority: 1 + ((made + n) % 5),
      tags: ['api'],
      depends_on: numbers.slice(n % 50, (n % 50) + (n % 3)),
    }))
    const { structuredContent } = await call('plan', { tasks })
    numbers = (structuredContent as { tasks: number[] }).tasks
  }
}

/** Runs one turn of an agent's loop against a server and counts what passes its model. */
async function loop(url: string, key: string): Promise<Step[]> {
  const client = new Client(
    { name: 'bench', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  )
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${key}` } },
    }),
  )
  const call = (name: string, input: object): Promise<CallToolResult> =>
    client.callTool({ name, arguments: { ...input } })
  await createGraph(call)
  const steps: Step[] = []
  const step = async (name: string, tool: string, input: object): Promise<Record<string, unknown>> => {
    const answer = await call(tool, input)
    if (answer.isError) throw new Error(`${tool}: ${textOf(answer)}`)
    const text = countTokens(textOf(answer))
    const data = countTokens(JSON.stringify(answer.structuredContent))
    steps.push({
      name,
      asked: countTokens(JSON.stringify({ name: tool, arguments: input })),
      text,
      data,
      both: text + data,
    })
    return answer.structuredContent as Record<string, unknown>
  }
  const guide = await client.readResource({ uri: 'cairn://guide' })
  const taught = countTokens((guide.contents[0] as { text: string }).text)
  steps.push({ name: 'orient: cairn://guide', asked: 0, text: taught, data: taught, both: taught })
  await step('orient: find what can start', 'find', { startable: true, limit: 5 })
  const { task, lease } = await step('claim: next', 'next', {})
  await step('read: show', 'show', { task })
  await step('heartbeat', 'heartbeat', { lease, progress: 'the tests are written' })
  await step('complete, and next', 'complete', {
    lease,
    result: { commit: '4f2a91c', files: ['src/pages.ts'] },
    next: true,
  })
  await client.close()
  return steps
}

const sum = (steps: readonly Step[], of: (step: Step) => number): number =>
  steps.reduce((total, step) => total + of(step), 0)

const report = (steps: readonly Step[]): string =>
  table(
    ['what', 'the model writes', 'it reads the text', 'or the data', 'or both'],
    [
      ['the list of tools', '', ...Array<string>(3).fill(String(tokensOfToolList()))],
      ...steps.map(({ name, asked, text, data, both }) => [name, ...[asked, text, data, both].map(String)]),
      [
        `the whole loop over ${TASKS} tasks`,
        String(sum(steps, ({ asked }) => asked)),
        String(sum(steps, ({ text }) => text)),
        String(sum(steps, ({ data }) => data)),
        String(sum(steps, ({ both }) => both)),
      ],
    ],
  )

/** The table that stands in the README. */
export function tableInReadme(): string {
  const [begin, end] = MARKS
  const text = readFileSync(README, 'utf8')
  return text.slice(text.indexOf(begin) + begin.length, text.indexOf(end)).trim()
}

function writeReadme(made: string): void {
  const [begin, end] = MARKS
  const text = readFileSync(README, 'utf8')
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`README.md has no lines between ${begin} and ${end}`)
  writeFileSync(README, `${text.slice(0, from + begin.length)}\n\n${made}\n\n${text.slice(to)}`)
}

/**
 * Counts the tokens (o200k_base) of the list of tools and of one loop of an agent over 500 tasks. The loop is counted
 * by the text and by the data of each answer, since a client hands its model one of the two.
 */
export async function measureTokens({
  write = false,
}: Partial<Effort> & { write?: boolean }): Promise<Measured> {
  const installation = await install()
  try {
    const { url } = await installation.serve()
    const steps = await loop(url, installation.key)
    const figures = new Figures()
    figures.add('the list of tools', 'tokens', tokensOfToolList())
    figures.add(
      'loop / by text',
      'tokens',
      sum(steps, ({ asked, text }) => asked + text),
    )
    figures.add(
      'loop / by data',
      'tokens',
      sum(steps, ({ asked, data }) => asked + data),
    )
    figures.add(
      'loop / both',
      'tokens',
      sum(steps, ({ asked, both }) => asked + both),
    )
    const text = report(steps)
    if (write) writeReadme(text)
    return { text, figures: figures.all() }
  } finally {
    await installation.close()
  }
}
