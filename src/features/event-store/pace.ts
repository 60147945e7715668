/** Waits that double from the first to the longest, in milliseconds. */
export interface BackOff {
  readonly first: number
  readonly longest: number
}

/** How long things may take and how often they are tried, in milliseconds. */
export interface Pace {
  /** Tenants that have their turn in one run, each with one batch: a number, no time. */
  readonly turns: number
  /** Between two looks for something to send, where nothing wakes the sink. */
  readonly look: number
  /** The store's answer to a probe, and to a batch. */
  readonly probe: number
  readonly batch: number
  /** Before the store is tried again. */
  readonly retry: BackOff
  /** Before a batch is sent again that the store refused for what it holds. */
  readonly refused: BackOff
  /** Before the store is woken again, after a wake that failed. */
  readonly breaker: BackOff
  /** Within which a wake must have the store answer its probes. */
  readonly patience: number
  /** Between two probes of a store that is being woken. */
  readonly poll: number
  /** Fly's answer to a call. */
  readonly fly: number
  /** Between two calls of one kind for one machine: Fly allows one a second. */
  readonly flyPause: BackOff
}

const SECOND = 1_000
const MINUTE = 60 * SECOND

/** The pace of a running server; tests have a quicker one. */
export const PACE: Pace = {
  turns: 20,
  look: 300,
  probe: 5 * SECOND,
  batch: 30 * SECOND,
  retry: { first: SECOND, longest: 30 * SECOND },
  refused: { first: 30 * SECOND, longest: 10 * MINUTE },
  breaker: { first: 30 * SECOND, longest: 10 * MINUTE },
  patience: 2 * MINUTE,
  poll: SECOND,
  fly: 10 * SECOND,
  flyPause: { first: 1_200, longest: 15 * SECOND },
}

/**
 * The milliseconds to wait after so many failures in a row, 1 or more: up to a quarter less than the doubled wait, so
 * that many who failed together do not come back together.
 */
export function waitAfter(failures: number, { first, longest }: BackOff): number {
  const wait = Math.min(first * 2 ** Math.min(failures - 1, 30), longest)
  return wait * (1 - Math.random() / 4)
}
