/** Lets so many works run at once; the others wait, first come, first served. */
export class Turnstile {
  readonly #places: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(places: number) {
    this.#places = places
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#places) this.#running++
    // Who leaves hands on the place.
    else await new Promise<void>((enter) => this.#waiting.push(enter))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }
}
