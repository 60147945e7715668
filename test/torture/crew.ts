import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { Acknowledgement } from './acknowledgements.ts'
import type { Order } from './crew-process.ts'

const PROGRAM = path.join(import.meta.dirname, 'crew-process.ts')

/** What a crew works on. */
export interface Assignment {
  url: string
  key: string
  name: string
  seed: number
  agents: number
  tasks: string[]
}

type Said = { acknowledged: Acknowledgement } | { ended: { again: number } }

/** A child process of agents, which is told to begin and to end, and may be killed. */
export class Crew {
  /** Kills so far. */
  kills = 0
  /** Attempts that its agents had to make again, in the rounds that it lived through. */
  again = 0
  #child: ChildProcess = fork(PROGRAM)
  #assignment: Assignment | undefined
  #acknowledge: (acknowledged: Acknowledgement) => void = () => undefined

  begin(assignment: Assignment, acknowledge: (acknowledged: Acknowledgement) => void): void {
    this.#assignment = assignment
    this.#acknowledge = acknowledge
    this.#employ(assignment)
  }

  #employ(assignment: Assignment): void {
    this.#child.on('message', (said: Said) => {
      if ('acknowledged' in said) this.#acknowledge(said.acknowledged)
    })
    this.#order({ begin: assignment })
  }

  #order(order: Order): void {
    // One that was killed a moment ago hears nothing.
    if (this.#child.connected) this.#child.send(order, () => undefined)
  }

  /** `kill -9`; others take their places, who know nothing of what the dead held. */
  kill(): void {
    this.kills += 1
    this.#child.kill('SIGKILL')
    this.#child = fork(PROGRAM)
    const { name, seed, ...assignment } = this.#assignment!
    this.#employ({ ...assignment, name: `${name}'`, seed: seed + 1_000 })
    this.#assignment = { ...assignment, name: `${name}'`, seed: seed + 1_000 }
  }

  /** Ends the round: what is under way is answered, or given up. Resolves when nobody works any more. */
  async end(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#child.on('message', (said: Said) => {
        if (!('ended' in said)) return
        this.again += said.ended.again
        resolve()
      })
      this.#child.once('exit', () => resolve())
    })
    this.#order({ end: true })
    await ended
    this.#child.removeAllListeners()
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.disconnect()
    await gone
  }
}
