/** How a long-running command learns that it should end. */
export interface StopSignals {
  /** Resolves with the name of the first SIGTERM, SIGINT or SIGHUP. */
  readonly first: Promise<string>
  /** What a second one does before the process ends with 1; a third ends it at once. */
  onSecond(hurry: () => Promise<unknown>): void
}

/** How long a hurried end may take. */
const HURRY_MILLISECONDS = 5_000

/** Begins to listen for the signals that stop a process. */
export function stopSignals(): StopSignals {
  let hurry = (): Promise<unknown> => Promise.resolve()
  let received = 0
  const first = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
      process.on(signal, () => {
        received++
        if (received === 1) return resolve(signal)
        if (received > 2) process.exit(1)
        setTimeout(() => process.exit(1), HURRY_MILLISECONDS)
        const end = (): never => process.exit(1)
        hurry().then(end, end)
      })
  })
  return {
    first,
    onSecond(work) {
      hurry = work
    },
  }
}

/** A signal for a command that has something to tidy up: aborted by the first SIGINT or SIGTERM. */
export function abortOnSignal(): AbortSignal {
  const controller = new AbortController()
  void stopSignals().first.then((name) => controller.abort(new Error(`stopped by ${name}`)))
  return controller.signal
}
