import { parseArgs } from 'node:util'
import { measureLag } from './lag.ts'

// `npm run bench -- [PART…] [--rounds N]`: measures on this machine, peers and floors in turn in one run.

const PARTS: Readonly<Record<string, (rounds: number) => Promise<string>>> = {
  lag: (rounds) => measureLag({ rounds, commits: 200, pause: 10 }),
}

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '5' } },
  allowPositionals: true,
})
const unknown = positionals.find((part) => !Object.hasOwn(PARTS, part))
if (unknown !== undefined) {
  process.stderr.write(`There is no part ${unknown}; there are ${Object.keys(PARTS).join(', ')}.\n`)
  process.exit(2)
}
for (const [part, measure] of Object.entries(PARTS)) {
  if (positionals.length > 0 && !positionals.includes(part)) continue
  process.stdout.write(`\n## ${part}\n\n${await measure(Number(values.rounds))}\n`)
}
