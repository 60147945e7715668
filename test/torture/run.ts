import { parseArgs } from 'node:util'
import { control, torture } from './torture.ts'

// `npm run torture -- [--rounds N] [--seed S] [--control]`: exits with 1 when something acknowledged was lost or doubled,
// or anything else that was promised did not hold. With --control PostgreSQL is crashed as it runs in production,
// and then made to forget: 0 says that the second lost something, and the first nothing.

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    control: { type: 'boolean', default: false },
  },
})
const say = (line: string): void => void process.stdout.write(`${line}\n`)
// Ctrl-C ends it after the round: PostgreSQL is a process that would outlive this one.
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
const options = { rounds: Number(values.rounds), seed: Number(values.seed), say, signal: stop.signal }
if (values.control) {
  const { durable, forgetful } = await control(options)
  const proven = durable === 0 && forgetful > 0
  say(
    proven
      ? 'the control lost something, and only where it must'
      : `FAILED: ${durable} and ${forgetful} losses`,
  )
  process.exitCode = proven ? 0 : 1
} else {
  const faults = await torture(options)
  say(faults === 0 ? 'holds: nothing acknowledged was lost or doubled' : `FAILED: ${faults} violations`)
  process.exitCode = faults === 0 ? 0 : 1
}
