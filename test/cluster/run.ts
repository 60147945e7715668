import { parseArgs } from 'node:util'
import { killAndStop, rollingRestart } from './cluster.ts'

// `npm run cluster -- [--tasks N] [--claimers N]`: three servers in processes of their own; exits with 1 when a
// promise broke.

const { values } = parseArgs({
  options: { tasks: { type: 'string', default: '10000' }, claimers: { type: 'string', default: '60' } },
})
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const options = { tasks: Number(values.tasks), claimers: Number(values.claimers), say }
for (const [what, run] of [
  ['one killed, one stopped', () => killAndStop({ ...options, stopMilliseconds: 20_000 })],
  ['a rolling restart', () => rollingRestart(options)],
] as const) {
  say(`\n${what}: 3 servers, ${options.claimers} claimers, ${options.tasks} tasks`)
  const { failovers, refused, cut, deferred, lostLeases, tasks, claimed, doubles, seconds, faults } =
    await run()
  if (failovers.length > 0) say(`another server led the duties after ${failovers.join(' and ')} s`)
  say(`${claimed} claims of ${tasks} tasks in ${seconds} s, ${doubles} of them given to two claimers`)
  say(
    `${refused} attempts found nobody, ${cut} were cut off, ${deferred} told to come back, ${lostLeases} leases lost`,
  )
  say(faults.length === 0 ? 'holds' : 'FAILED:')
  for (const fault of faults.slice(0, 40)) say(`  ${fault}`)
  if (faults.length > 0) process.exitCode = 1
}
