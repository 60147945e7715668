/** How a long-running command learns that it should end. */
export interface StopSignals {
  /** Resolves with the name of the first SIGTERM, SIGINT or SIGHUP. */
  readonly first: Promise<string>
  /** Whether one came while it was starting. */
  readonly interrupted: boolean
  /** What is done where the process ends in a hurry: by a second signal, and with 1; or by the first while it starts. */
  onHurry(hurry: () => Promise<unknown>): void
  /** It has started: from now on `first` says what the first signal does. */
  started(): void
}

/** How long a hurried end may take. */
const HURRY_MILLISECONDS = 5_000

/**
 * Begins to listen for the signals that stop a process. While it is `starting`, the first one ends it: a start may wait for a
 * database that does not answer, and has nobody to say goodbye to; its exit code is then `code`. A third one ends it at once.
 */
export function stopSignals({ starting = false, code = 0 } = {}): StopSignals {
  let hurry = (): Promise<unknown> => Promise.resolve()
  let received = 0
  const endBy = (exitCode: number): void => {
    setTimeout(() => process.exit(exitCode), HURRY_MILLISECONDS)
    const end = (): never => process.exit(exitCode)
    hurry().then(end, end)
  }
  const first = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
      process.on(signal, () => {
        received++
        if (received > 2) process.exit(1)
        if (received === 2) return endBy(1)
        resolve(signal)
        if (starting) endBy(code)
      })
  })
  return {
    first,
    get interrupted() {
      return starting && received > 0
    },
    onHurry(work) {
      hurry = work
    },
    started() {
      starting = false
    },
  }
}

/** A signal for a command that has something to tidy up: aborted by the first SIGINT or SIGTERM. */
export function abortOnSignal(): AbortSignal {
  const controller = new AbortController()
  void stopSignals().first.then((name) => controller.abort(new Error(`stopped by ${name}`)))
  return controller.signal
}
