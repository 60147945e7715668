import { setTimeout as sleep } from 'node:timers/promises'
import { Cairn, claimLoop } from '@cairn-codex/client'

// An agent. Each turn is one call: it says how a task went, and is told what is next. Ctrl-C lets it finish first.
const { CAIRN_URL: url = 'http://127.0.0.1:3000', CAIRN_API_KEY: key = '' } = process.env

const tally = await claimLoop(
  new Cairn({ url, key }),
  { worker_id: `agent-${process.pid}`, agent_type: 'coder', lease_seconds: 60 },
  async ({ task }, { signal, progress }) => {
    progress({ step: 'thinking' })
    const answer = await think(task.title, signal)
    console.log(`#${task.number} ${task.title}: ${answer}`)
    return { result: { answer }, cost_dollars: 0.002 }
  },
)
console.log(`${tally.completed} completed, ${tally.released} given back`)

/** Stands for the call of a model; the signal tells it that the task is no longer ours. */
function think(title: string, signal: AbortSignal): Promise<string> {
  return sleep(50, `${title.length} letters`, { signal })
}
