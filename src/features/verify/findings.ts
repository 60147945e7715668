/** How many mismatches are told in a sentence; the others are only counted. */
export const TOLD = 100

/** What does not agree: counted, and the first of them told. */
export class Findings {
  readonly sentences: string[] = []
  #count = 0

  get count(): number {
    return this.#count
  }

  /** Adds one. A sentence that must be looked up is, as long as it will be told. */
  async add(sentence: string | (() => Promise<string>)): Promise<void> {
    this.#count += 1
    if (this.sentences.length >= TOLD) return
    this.sentences.push(typeof sentence === 'string' ? sentence : await sentence())
  }
}
