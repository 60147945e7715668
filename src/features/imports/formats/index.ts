import type { FormatName } from '../schema.ts'
import { beads } from './beads.ts'
import { github } from './github.ts'
import { linear } from './linear.ts'
import { markdown } from './markdown.ts'
import type { Format } from './parsed.ts'

export type { Format, Parsed, ParsedEdge, ParsedItem } from './parsed.ts'
export { LIMITS } from './parsed.ts'

/** How each source is read. */
export const FORMATS = { beads, markdown, linear, github } as const satisfies Record<FormatName, Format>
