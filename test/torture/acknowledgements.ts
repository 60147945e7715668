/** What an agent was told was done: nothing of it may ever be missing, nor be there twice. */
export type Acknowledgement =
  | { kind: 'created'; title: string; task: string }
  | { kind: 'edge'; id: string; task: string; prerequisite: string }
  /** All that a call claimed, under a worker's name of its own. */
  | { kind: 'claimed'; worker: string; claims: Handed[] }
  /** A claim that got nothing, by an attempt that was sent at this moment (ISO 8601): no earlier attempt may have got something. */
  | { kind: 'found nothing'; worker: string; sent: string }
  | { kind: 'ended'; execution: string; outcome: 'succeeded' | 'failed' | 'released' }
  | { kind: 'held'; execution: string; until: string }
  | { kind: 'retried'; task: string; version: number }
  /** What must not have been acknowledged: another completion under a token that had its own. */
  | { kind: 'completed twice'; execution: string }
  /** The only completion under a token, refused since the execution is completed: an earlier attempt of it was forgotten. */
  | { kind: 'refused as completed'; execution: string }

/** A task that was handed out: under which token, as which execution. */
export interface Handed {
  task: string
  execution: string
  token: number
}
