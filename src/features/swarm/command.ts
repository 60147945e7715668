import { UsageError, type Command, type CommandCall } from '../../kernel/command.ts'
import { Coordinator, type SwarmProgress, type SwarmReport } from './coordinator.ts'
import { holdsTrue } from './proof.ts'

const number = (call: CommandCall, name: string, min: number, max: number): number => {
  const text = String(call.options[name])
  const value = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || value < min || value > max)
    throw new UsageError(
      `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} must be a number from ${min} to ${max}, not ${text}.`,
    )
  return value
}

const line = (p: SwarmProgress): string =>
  `${p.completed}/${p.tasks} completed, ${p.failed} failed and retried, ${p.lost} lost, ${p.killed} workers killed, ${p.per_second.toFixed(1)}/s`

/** Tells the progress in place on a terminal, and now and then as a line elsewhere. */
function makeTicker(): { tick(progress: SwarmProgress): void; end(): void } {
  const terminal = process.stderr.isTTY
  let last = 0
  return {
    tick(progress) {
      if (terminal) process.stderr.write(`\r\u001b[2K${line(progress)}`)
      else if (Date.now() - last >= 5_000) {
        last = Date.now()
        process.stderr.write(`${line(progress)}\n`)
      }
    },
    end: () => void (terminal && process.stderr.write('\n')),
  }
}

function summary(report: SwarmReport): string {
  const verdict = (name: string, breaches: readonly string[]): string[] => [
    `  ${breaches.length === 0 ? 'holds ' : 'BROKEN'}  ${name}`,
    ...breaches.slice(0, 10).map((breach) => `            ${breach}`),
    ...(breaches.length > 10 ? [`            and ${breaches.length - 10} more`] : []),
  ]
  return [
    `${report.completed} of ${report.tasks} tasks are completed, after ${report.seconds.toFixed(1)} s, by ${report.workers} workers (${report.completions_per_second.toFixed(1)} completions a second).`,
    `${report.executions} executions: ${report.failed_attempts} failed, ${report.lost_attempts} lost, ${report.released_attempts} released; ${report.workers_killed} workers killed, ${report.calls_sent_again} calls sent again.`,
    'Proof, from the record:',
    ...verdict('no task ran twice at once', report.double_runs),
    ...verdict('no prerequisite was overtaken', report.overtaken_prerequisites),
    ...verdict('nothing was lost', report.lost_work),
  ].join('\n')
}

async function run(call: CommandCall): Promise<number> {
  const ticker = makeTicker()
  const coordinator = new Coordinator({
    ...(await call.server()),
    workers: number(call, 'workers', 1, 500),
    work_milliseconds: number(call, 'work', 0, 3_600_000),
    fail_rate: number(call, 'failRate', 0, 1),
    kill_every_seconds: number(call, 'killEvery', 0, 86_400),
    lease_seconds: Math.ceil(number(call, 'lease', 1, 86_400)),
    agent_type: String(call.options['agentType']),
    onProgress: (progress) => ticker.tick(progress),
  })
  // Workers are processes of their own: an interrupted swarm must not leave them behind.
  call.signal.addEventListener('abort', () => coordinator.abort(), { once: true })
  try {
    const report = await coordinator.run()
    ticker.end()
    call.print(call.json ? JSON.stringify(report) : summary(report))
    return holdsTrue(report) ? 0 : 1
  } catch (error) {
    ticker.end()
    if (call.signal.aborted) return 130
    throw error
  }
}

export const swarmCommand: Command = {
  name: 'swarm',
  summary: 'Run a simulated swarm that drains the graph, and prove from the record that it did so properly',
  next: 'swarm --workers 20  # simulated agents drain what is there',
  options: [
    { flags: '--workers <n>', description: 'Worker processes', fallback: '20' },
    { flags: '--work <ms>', description: 'Mean milliseconds of simulated work a task', fallback: '100' },
    {
      flags: '--fail-rate <share>',
      description: 'Share of attempts that fail, 0 to 1; they are retried',
      fallback: '0.03',
    },
    {
      flags: '--kill-every <s>',
      description: 'Seconds between two kill -9 of a worker; 0 for never',
      fallback: '10',
    },
    { flags: '--lease <s>', description: 'Seconds of a lease', fallback: '10' },
    { flags: '--agent-type <type>', description: 'The agent type of the workers', fallback: 'swarm' },
  ],
  run,
}
