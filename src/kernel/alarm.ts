/** A sleep that may be ended early, also by what rings before it begins: news that come meanwhile are not lost. */
export class Alarm {
  #rung = false
  #wake: (() => void) | undefined

  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  /** Forgets what rang until now. */
  clear(): void {
    this.#rung = false
  }

  /** Sleeps for so long, or until it rings; not at all where it has rung since it was cleared. */
  wait(milliseconds: number): Promise<void> {
    if (this.#rung) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake?.(), milliseconds)
      this.#wake = () => {
        clearTimeout(timer)
        this.#wake = undefined
        resolve()
      }
    })
  }
}
