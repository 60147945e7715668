import { parseArgs } from 'node:util'
import { tryEdges } from './edges.ts'

// `npm run edges -- [--edges N] [--clients N] [--tasks N] [--seed S]`: exits with 1 when there is a loop, an edge is lost or
// was refused for no reason, or a count is wrong.

const { values } = parseArgs({
  options: {
    edges: { type: 'string', default: '20000' },
    clients: { type: 'string', default: '16' },
    tasks: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
  },
})
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const [edges, clients, tasks, seed] = [values.edges, values.clients, values.tasks, values.seed].map(Number)
const result = await tryEdges({ edges: edges!, clients: clients!, tasks: tasks!, seed: seed!, say })
say(
  `${edges} edges among ${tasks} tasks from ${clients} clients in ${result.seconds} s: ${result.added} added, ${result.refused} refused as loops, ${result.existing} there already, ${result.deferred} told to come back`,
)
say(result.faults.length === 0 ? 'holds: no loop' : `FAILED: ${result.faults.length} faults`)
for (const fault of result.faults.slice(0, 40)) say(`  ${fault}`)
process.exitCode = result.faults.length === 0 ? 0 : 1
