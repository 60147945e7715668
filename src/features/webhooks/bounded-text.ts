/** Gathers the beginning of a body as text that PostgreSQL takes: valid Unicode without NUL, in at most `limit` bytes. */
export interface BoundedText {
  /** Takes a piece; false when there is no room for more. */
  add(chunk: Uint8Array): boolean
  end(): string
}

export function boundedText(limit: number): BoundedText {
  const chunks: Uint8Array[] = []
  let size = 0
  return {
    add(chunk) {
      chunks.push(chunk.subarray(0, limit - size))
      size = Math.min(size + chunk.length, limit)
      return size < limit
    },
    end: () => cut(decode(Buffer.concat(chunks), size === limit), limit),
  }
}

/** A character that the end cuts in two is left out where more may have followed, and replaced where it was the end. */
const decode = (bytes: Uint8Array, goesOn: boolean): string =>
  new TextDecoder().decode(bytes, { stream: goesOn }).replaceAll('\0', '\u{fffd}')

/** What is no UTF-8 was replaced, by three bytes for one. */
function cut(text: string, limit: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(limit))
  return text.slice(0, read)
}
