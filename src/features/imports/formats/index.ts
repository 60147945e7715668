import { beads } from './beads.ts'
import { github } from './github.ts'
import { linear } from './linear.ts'
import { markdown } from './markdown.ts'
import type { Format } from './parsed.ts'

export type { Format, Parsed, ParsedEdge, ParsedItem } from './parsed.ts'
export { LIMITS } from './parsed.ts'

/** The sources that can be imported, by the name that routes and commands use. */
export const FORMATS = { beads, markdown, linear, github } as const satisfies Record<string, Format>
