import type { Socket } from './socket.ts'

/** Pings, and ends a connection that has answered none of the last two. Returns the way to stop. */
export function keepAlive(socket: Socket, everyMilliseconds: number): () => void {
  let unanswered = 0
  const beat = setInterval(() => {
    if (unanswered === 2) return socket.terminate()
    unanswered++
    socket.ping()
  }, everyMilliseconds)
  beat.unref()
  socket.onPong(() => (unanswered = 0))
  return () => clearInterval(beat)
}

/** A full buffer is looked at so many times before it counts as standing still. */
const STALL_LOOKS = 5

/** Calls back when a full buffer has stood still for so long. Returns the way to stop. */
export function whenStalled(socket: Socket, milliseconds: number, stalled: () => void): () => void {
  let least = Infinity
  let looks = 0
  const watch = setInterval(() => {
    const { bufferedAmount } = socket
    looks = bufferedAmount < least ? 1 : looks + 1
    least = Math.min(least, bufferedAmount)
    if (looks > STALL_LOOKS) stalled()
  }, milliseconds / STALL_LOOKS)
  watch.unref()
  return () => clearInterval(watch)
}
