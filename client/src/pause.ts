/** Waits so many milliseconds; ends earlier, without an error, when one of the signals is aborted. */
export function pause(milliseconds: number, ...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      for (const signal of signals) signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, Math.max(0, milliseconds))
    for (const signal of signals) {
      signal?.addEventListener('abort', end)
      if (signal?.aborted) end()
    }
  })
}

/** Milliseconds before the next of several tries: doubled from 100 to `most`, and scattered, so that a crowd does not come at once. */
export const backoff = (attempt: number, most = 5_000): number =>
  Math.min(most, 100 * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2)
