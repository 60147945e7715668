import type { Tool as ToolOnTheWire } from '@modelcontextprotocol/server'
import type { Assembly } from '../../kernel/application.ts'
import type { Operation } from '../../kernel/operation.ts'
import type { Lesson, Tool, ToolResource } from '../../kernel/tool.ts'
import { leanSchema } from './schema.ts'

/** A tool, and the operation that it calls. */
export interface OfferedTool {
  readonly operation: Operation
  readonly tool: Tool
}

/** A resource whose URI has a variable, and the operation that reads it. */
export interface OfferedResource {
  readonly operation: Operation
  readonly resource: ToolResource
  /** The variable's text in a URI of this kind, undefined in any other. */
  match(uri: string): string | undefined
}

/** All that agents are offered, gathered from the operations and features that say so themselves. */
export interface Catalogue {
  readonly tools: ReadonlyMap<string, OfferedTool>
  readonly resources: readonly OfferedResource[]
  readonly lessons: readonly Lesson[]
  /** The answer to `tools/list`. */
  readonly listing: readonly ToolOnTheWire[]
}

const ANNOTATIONS = {
  read: { readOnlyHint: true, openWorldHint: false },
  destructive: { destructiveHint: true, openWorldHint: false },
  idempotent: { destructiveHint: false, idempotentHint: true, openWorldHint: false },
  none: { destructiveHint: false, openWorldHint: false },
}

const onTheWire = ({ name, description, input, output, hint }: Tool): ToolOnTheWire => ({
  name,
  description,
  inputSchema: leanSchema(input, 'input'),
  outputSchema: leanSchema(output, 'output'),
  annotations: ANNOTATIONS[hint ?? 'none'],
})

/** How the variable of `cairn://things/{number}` is found in a URI. */
function matcherOf(template: string): OfferedResource['match'] {
  const [before = '', after = ''] = template.split(/\{\w+\}/)
  return (uri) => {
    const fits = uri.startsWith(before) && uri.endsWith(after) && uri.length > before.length + after.length
    return fits ? uri.slice(before.length, uri.length - after.length) : undefined
  }
}

/** Throws when two tools share a name. */
export function catalogueOf({ features, operations }: Assembly): Catalogue {
  const tools = new Map<string, OfferedTool>()
  const resources: OfferedResource[] = []
  for (const operation of operations.values()) {
    const { tool, resource } = operation
    if (tool) {
      if (tools.has(tool.name)) throw new Error(`two tools are named ${tool.name}`)
      tools.set(tool.name, { operation, tool })
    }
    if (resource) {
      resources.push({ operation, resource, match: matcherOf(resource.template) })
    }
  }
  return {
    tools,
    resources,
    lessons: features.flatMap((feature) => feature.lessons ?? []),
    listing: [...tools.values()].map(({ tool }) => onTheWire(tool)),
  }
}

/** Where a lesson is read. */
export const lessonUri = ({ name }: Lesson): string => `cairn://${name}`
