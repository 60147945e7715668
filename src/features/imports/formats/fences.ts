/** Follows the code fences of a Markdown text (CommonMark, section 4.5, at any indentation). */
export class Fences {
  #mark = ''
  #length = 0
  /** Whether a fence has been opened and not been closed. */
  open = false

  /** Whether this line, the next one in turn, is code or a fence. */
  covers(line: string): boolean {
    const text = line.trimStart()
    const mark = text[0]
    if (mark !== '`' && mark !== '~') return this.open
    let length = 1
    while (text[length] === mark) length++
    if (this.open) {
      this.open = !(mark === this.#mark && length >= this.#length && text.slice(length).trim() === '')
      return true
    }
    if (length < 3 || (mark === '`' && text.includes('`', length))) return false
    this.#mark = mark
    this.#length = length
    this.open = true
    return true
  }
}
