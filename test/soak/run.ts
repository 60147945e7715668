import { parseArgs } from 'node:util'
import { table } from '../../bench/statistics.ts'
import { mixedSoak } from './mixed.ts'
import { soak } from './soak.ts'

// `npm run soak -- [--events N] [--kills N]`: exits with 1 when an event was lost or came out of order.
// `npm run soak -- --mixed [--minutes N] [--rate N]`: exits with 1 when a call failed, the record and the tables differ, or
// anything that is watched grew from the middle third of the time to the last.

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '20000' },
    kills: { type: 'string', default: '1' },
    mixed: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '15' },
    rate: { type: 'string', default: '40' },
  },
})
const say = (line: string): void => void process.stdout.write(`${line}\n`)

async function runMixed(): Promise<readonly string[]> {
  const result = await mixedSoak({
    seconds: Number(values.minutes) * 60,
    sampleSeconds: 15,
    rate: Number(values.rate),
    say,
  })
  const ms = (each: number): string => each.toFixed(1)
  const calls = result.latencies.map(({ kind, calls, median, p99 }) => [
    kind,
    `${calls}`,
    ms(median),
    ms(p99),
  ])
  say(`\n${table(['call', 'times', 'median ms', '99th percentile ms'], calls)}`)
  const drifts = result.drifts.map(({ name, unit, middle, last, limit, flat }) => [
    `${name}${unit === '' ? '' : `, ${unit}`}`,
    ...[middle, last, limit].map(ms),
    flat ? 'flat' : 'GREW',
  ])
  say(`\n${table(['what', 'middle third', 'last third', 'may be at most', ''], drifts)}`)
  say(`${JSON.stringify(result.tasks)}`)
  say(
    `${result.calls} calls in ${values.minutes} minutes, ${result.deferred} told to come back, ${result.events} events`,
  )
  const grown = result.drifts.filter(({ flat }) => !flat).map(({ name }) => `${name}: it grew`)
  return [...result.faults, ...grown]
}

async function runWebhooks(): Promise<readonly string[]> {
  const result = await soak({ events: Number(values.events), kills: Number(values.kills), say })
  const rows = result.receivers.map(({ name, arrived, again, refused }) =>
    [name, arrived, again, refused].map(String),
  )
  say(`\n${table(['receiver', 'events', 'came again', 'not accepted'], rows)}`)
  say(`${result.events} events, ${values.kills} kills, ${result.seconds} s`)
  return result.faults
}

const faults = await (values.mixed ? runMixed() : runWebhooks())
const holds = values.mixed ? 'flat, and no call failed' : 'nothing was lost, and each task came in order'
say(faults.length === 0 ? `holds: ${holds}` : 'FAILED:')
for (const fault of faults) say(`  ${fault}`)
process.exitCode = faults.length === 0 ? 0 : 1
