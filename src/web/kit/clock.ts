/** Beyond so many milliseconds the browser's clock is wrong; a Date header knows whole seconds only. */
const WRONG = 5_000

/** What the server's clock is ahead of the browser's, in milliseconds. */
let ahead = 0

/** Learns from an answer's Date header; `sent` is when it was asked for, by the browser's clock. */
export function noteServerTime(date: string | null, sent: number): void {
  const server = Date.parse(date ?? '')
  const now = Date.now()
  // Times on the way are the network's, and say nothing of clocks.
  if (Number.isNaN(server) || Math.abs(now - sent) > WRONG) return
  const difference = server + 500 - (sent + now) / 2
  ahead = Math.abs(difference) > WRONG ? difference : 0
}

/** Milliseconds since 1970 by the server's clock: what its times are compared with. */
export const serverNow = (): number => Date.now() + ahead
