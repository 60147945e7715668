import { parseArgs } from 'node:util'
import { table } from '../../bench/statistics.ts'
import { soak } from './soak.ts'

// `npm run soak -- [--events N] [--kills N]`: exits with 1 when an event was lost or came out of order.

const { values } = parseArgs({
  options: { events: { type: 'string', default: '20000' }, kills: { type: 'string', default: '1' } },
})
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const result = await soak({ events: Number(values.events), kills: Number(values.kills), say })
const rows = result.receivers.map(({ name, arrived, again, refused }) =>
  [name, arrived, again, refused].map(String),
)
say(`\n${table(['receiver', 'events', 'came again', 'not accepted'], rows)}`)
say(`${result.events} events, ${values.kills} kills, ${result.seconds} s`)
say(result.faults.length === 0 ? 'holds: nothing was lost, and each task came in order' : 'FAILED:')
for (const fault of result.faults) say(`  ${fault}`)
process.exitCode = result.faults.length === 0 ? 0 : 1
