/** Rectangles beside each other, without overlap: each, the highest first, as far up as it fits, then as far left. */

interface Step {
  x: number
  width: number
  y: number
}

/** Where the left top corners of the rectangles are, the picture's width being `across`; equals keep their order. */
export function pack(
  widths: Float64Array,
  heights: Float64Array,
  across: number,
): { x: Float64Array; y: Float64Array; width: number; height: number } {
  const count = widths.length
  const x = new Float64Array(count)
  const y = new Float64Array(count)
  const room = widths.reduce((most, each) => Math.max(most, each), across)
  const highestFirst = [...widths.keys()].sort((a, b) => heights[b]! - heights[a]! || a - b)
  // The skyline from left to right: what is below each step is taken.
  let skyline: Step[] = [{ x: 0, width: room, y: 0 }]
  let [width, height] = [0, 0]
  for (const each of highestFirst) {
    const { first, top } = lowest(skyline, widths[each]!, room)
    x[each] = skyline[first]!.x
    y[each] = top
    skyline = covered(skyline, first, { x: x[each], width: widths[each]!, y: top + heights[each]! })
    width = Math.max(width, x[each] + widths[each]!)
    height = Math.max(height, top + heights[each]!)
  }
  return { x, y, width, height }
}

/** The step from which a rectangle of that width lies the highest. */
function lowest(skyline: readonly Step[], width: number, room: number): { first: number; top: number } {
  let [first, top] = [-1, Infinity]
  for (let nth = 0; nth < skyline.length; nth++) {
    const end = skyline[nth]!.x + width
    // Sums of fractions are never exact: the widest fits although it seems a hair too wide.
    if (end > room + 1e-6) break
    let needed = 0
    for (let at = nth; at < skyline.length && skyline[at]!.x < end && needed < top; at++)
      needed = Math.max(needed, skyline[at]!.y)
    if (needed < top) [first, top] = [nth, needed]
  }
  return { first, top }
}

/** The skyline with a step that begins where its step `first` does. */
function covered(skyline: readonly Step[], first: number, step: Step): Step[] {
  const end = step.x + step.width
  const after = skyline.slice(first).flatMap((each) => {
    const rest = each.x + each.width - end
    return rest > 1e-6 ? [{ x: Math.max(each.x, end), width: Math.min(rest, each.width), y: each.y }] : []
  })
  return [...skyline.slice(0, first), step, ...after]
}
