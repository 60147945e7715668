/** What an agent was told was done: nothing of it may ever be missing, nor be there twice. */
export type Acknowledgement =
  | { kind: 'created'; title: string; task: string }
  | { kind: 'edge'; id: string; task: string; prerequisite: string }
  /** All that a call claimed, under a worker's name of its own. */
  | { kind: 'claimed'; worker: string; claims: Handed[] }
  | { kind: 'ended'; execution: string; outcome: 'succeeded' | 'failed' | 'released' }
  | { kind: 'held'; execution: string; until: string }
  | { kind: 'retried'; task: string; version: number }
  /** What must not have been acknowledged: another completion under a token that had its own. */
  | { kind: 'completed twice'; execution: string }

/** A task that was handed out: under which token, as which execution. */
export interface Handed {
  task: string
  execution: string
  token: number
}
