/**
 * Bytes of UTF-8 that count as one token of a language model: a rule of thumb for English and for JSON that needs no
 * tokenizer, and is nearer to the truth than characters where letters are no ASCII.
 */
const BYTES_A_TOKEN = 4

/** An estimate of how many tokens a text, or a value as JSON, costs its reader. */
export const estimateTokens = (value: unknown): number =>
  Math.ceil(Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value)) / BYTES_A_TOKEN)

/** How many bytes of UTF-8 so many tokens are, by the same estimate. */
export const bytesOf = (tokens: number): number => tokens * BYTES_A_TOKEN

/** The beginning of a text: at most so many bytes of UTF-8, whole characters, an ellipsis where something is left out. */
export function cutText(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text
  const kept = Buffer.from(text).subarray(0, Math.max(0, bytes - Buffer.byteLength('…')))
  // A character that was cut through decodes as U+FFFD, which is left out as well.
  return `${new TextDecoder().decode(kept).replace(/\uFFFD{1,3}$/, '')}…`
}
