import { parseArgs } from 'node:util'
import { install } from '../../bench/installation.ts'
import { fuzz } from './fuzz.ts'

// `npm run fuzz -- [--requests N] [--seed S]`: against a server in a process of its own; exits with 1 when a promise broke.

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
})
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const installation = await install()
try {
  const { url, running } = await installation.serve({
    CAIRN_EVENT_STORE_URL: 'http://127.0.0.1:9/',
    CAIRN_WEBHOOK_RETRY_SECONDS: '1,1,1',
  })
  const { key } = installation
  const { pid } = running.child
  const [requests, seed] = [Number(values.requests), Number(values.seed)]
  const watched = process.platform === 'linux' ? pid : undefined
  const result = await fuzz({ url, key, requests, seed, pid: watched, say })
  const { seconds, statuses, comeBack, reached, unreached, memory, faults } = result
  say(`${requests} requests (seed ${seed}) in ${seconds} s: ${JSON.stringify(statuses)}`)
  say(`told to come back: ${JSON.stringify(comeBack)}`)
  say(`${reached} operations answered well; ${unreached.join(', ') || 'none'} never did`)
  if (memory.length > 0) say(`the server held ${memory.join(' MiB at the half, ')} MiB at the end`)
  say(faults.length === 0 ? 'holds' : 'FAILED:')
  for (const fault of faults) say(`  ${fault}`)
  if (faults.length > 0) say(`\nThe server's log:\n${running.stderr()}${running.stdout()}`.slice(0, 60_000))
  process.exitCode = faults.length === 0 ? 0 : 1
} finally {
  await installation.close()
}
