import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { measureClaim } from './claim.ts'
import { Run, slowerThan } from './compare.ts'
import { measureDashboard } from './dashboard.ts'
import type { Effort, Measured } from './figure.ts'
import { measureGraph } from './graph.ts'
import { postgresVersion } from './installation.ts'
import { measureLag } from './lag.ts'
import { measureLayout } from './layout.ts'
import { measureLongList } from './long-list.ts'
import { measureProcess } from './process.ts'
import { measureReads } from './reads.ts'
import { measureRecord } from './record.ts'
import { measureScale } from './scale.ts'
import { measureSize } from './size.ts'
import { table } from './statistics.ts'
import { measureTokens } from './tokens.ts'

// `npm run bench -- [PART…] [--rounds N] [--quick] [--json FILE] [--compare FILE] [--write]`: measures on this machine, peers and
// floors in turn with the product in one run. Exits 1 when something is slower than in the stored run, 2 when misused.

const PARTS: Readonly<Record<string, (effort: Effort) => Promise<Measured>>> = {
  claim: measureClaim,
  scale: measureScale,
  size: measureSize,
  reads: measureReads,
  graph: measureGraph,
  dashboard: measureDashboard,
  layout: measureLayout,
  list: measureLongList,
  record: measureRecord,
  process: measureProcess,
  tokens: () => measureTokens({ write: values.write }),
  lag: ({ rounds, quick }) => measureLag({ rounds, commits: quick ? 20 : 200, pause: 10 }),
}

const { values, positionals } = parseArgs({
  options: {
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    compare: { type: 'string' },
    // Puts the table of tokens into the README.
    write: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})

function misused(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(2)
}

/** What was measured, and on what. */
const describe = (parts: Run['parts'], postgres: string): Run => ({
  date: new Date().toISOString(),
  commit: execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim(),
  node: process.version,
  postgres,
  machine: `${availableParallelism()} x ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
  quick: values.quick,
  parts,
})

function compare(file: string, stored: Run, now: Run): boolean {
  if (stored.machine !== now.machine || stored.quick !== now.quick)
    process.stdout.write(
      `\n${file} is of another machine or size (${stored.machine}): only its ratios compare.\n`,
    )
  const slower = slowerThan(stored.parts, now.parts)
  const rows = slower.map((each) => [
    each.part,
    each.name,
    `${each.before.toPrecision(4)} ${each.unit}`,
    `${each.now.toPrecision(4)} ${each.unit}`,
  ])
  process.stdout.write(
    rows.length > 0
      ? `\n## slower than ${stored.commit} of ${stored.date}\n\n${table(['part', 'what', 'was', 'is'], rows)}\n`
      : `\nnothing is slower than ${stored.commit} of ${stored.date}\n`,
  )
  return rows.length > 0
}

const unknown = positionals.find((part) => !Object.hasOwn(PARTS, part))
if (unknown !== undefined) misused(`There is no part ${unknown}; there are ${Object.keys(PARTS).join(', ')}.`)
const rounds = Number(values.rounds ?? (values.quick ? 1 : 5))
if (!Number.isInteger(rounds) || rounds < 1) misused('--rounds takes a whole number from 1.')
// Before anything is measured: an hour later would be late for a wrong file.
const stored =
  values.compare === undefined ? undefined : Run.parse(JSON.parse(readFileSync(values.compare, 'utf8')))

const parts: Run['parts'] = {}
for (const [part, measure] of Object.entries(PARTS)) {
  if (positionals.length > 0 && !positionals.includes(part)) continue
  const { text, figures } = await measure({ rounds, quick: values.quick })
  process.stdout.write(`\n## ${part}\n\n${text}\n`)
  parts[part] = figures.map((figure) => ({ ...figure, rounds: [...figure.rounds] }))
}
const run = describe(parts, postgresVersion())
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(run, undefined, 2)}\n`)
if (stored && values.compare !== undefined && compare(values.compare, stored, run)) process.exitCode = 1
