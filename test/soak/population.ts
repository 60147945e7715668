/** Tasks as the load knows them: those that are to be done, those that are done, the oldest first. */
export class Population {
  readonly #open = new Set<string>()
  readonly #done: string[] = []
  /** Some that were known lately, for readers to ask about. */
  readonly #recent: string[] = []
  readonly counts = { created: 0, completed: 0, failed: 0, released: 0, forgotten: 0, deleted: 0 }

  get open(): number {
    return this.#open.size
  }

  get done(): number {
    return this.#done.length
  }

  create(ids: readonly string[]): void {
    for (const id of ids) {
      this.#open.add(id)
      this.#recent.push(id)
    }
    this.#recent.splice(0, Math.max(0, this.#recent.length - 200))
    this.counts.created += ids.length
  }

  complete(id: string): void {
    this.counts.completed++
    if (this.#open.delete(id)) this.#done.push(id)
  }

  /** Takes the one that has been done for longest, to be deleted. */
  takeOldest(): string | undefined {
    const id = this.#done.shift()
    if (id !== undefined) this.counts.deleted++
    return id
  }

  /** One that was known lately; it may be deleted by now. */
  any(): string | undefined {
    return this.#recent[Math.floor(Math.random() * this.#recent.length)]
  }
}
