/**
 * The time of day in milliseconds with fractions: what another process on this machine reads at the same moment.
 * `performance.timeOrigin` is read once, long before; so the offset is measured where the clock of days ticks.
 */
export function wallClock(): () => number {
  const offsets = Array.from({ length: 20 }, () => {
    const before = Date.now()
    let now = Date.now()
    while (now === before) now = Date.now()
    return now - performance.now()
  })
  // A pause after the tick makes an offset too small.
  const offset = Math.max(...offsets)
  return () => offset + performance.now()
}
