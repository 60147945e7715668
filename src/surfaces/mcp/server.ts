import {
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  Server,
  type ReadResourceResult,
} from '@modelcontextprotocol/server'
import { closest } from 'fastest-levenshtein'
import { Problem } from '../../kernel/problem.ts'
import { manifest } from '../openapi/manifest.ts'
import { callTool } from './call.ts'
import { lessonUri, type Catalogue } from './catalogue.ts'
import type { Door } from './door.ts'

/** What is offered changes with the program alone: clients may keep it for so long. */
const UNCHANGING = { ttlMs: 3_600_000, cacheScope: 'public' as const }

/** Reads a lesson, or what an operation answers as JSON. Throws what the protocol has errors for. */
async function readResource(
  { lessons, resources }: Catalogue,
  door: Door,
  uri: string,
  signal: AbortSignal,
): Promise<ReadResourceResult> {
  const lesson = lessons.find((each) => lessonUri(each) === uri)
  if (lesson) return { contents: [{ uri, mimeType: 'text/markdown', text: lesson.text }] }
  for (const { operation, resource, match } of resources) {
    const text = match(uri)
    if (text === undefined) continue
    try {
      const { body } = await door.invoke(operation, resource.toInput(text), {
        signal,
        idempotencyKey: undefined,
      })
      return { contents: [{ uri, mimeType: 'application/json', text: JSON.stringify(body) }] }
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      // An address that no thing can have is no worse than one that none has.
      if (error.status === 404 || error.status === 400) throw new ResourceNotFoundError(uri)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `${error.code}: ${error.detail}`)
    }
  }
  throw new ResourceNotFoundError(uri)
}

/**
 * A server of the protocol for one caller: tools, resources and prompts as the catalogue has them. It is the library's
 * low-level one, whose lists are sent as they are: what a tool costs in tokens is counted on them.
 */
export function makeMcpServer(catalogue: Catalogue, door: Door): Server {
  const { tools, lessons, resources, listing } = catalogue
  const server = new Server(
    { name: 'cairn-codex', title: 'Cairn Codex', version: manifest.version },
    {
      capabilities: { tools: {}, resources: {}, prompts: {} },
      instructions: lessons.map(({ opening }) => opening).join(' '),
      cacheHints: {
        'tools/list': UNCHANGING,
        'prompts/list': UNCHANGING,
        'resources/list': UNCHANGING,
        'resources/templates/list': UNCHANGING,
        'server/discover': UNCHANGING,
      },
    },
  )
  server.setRequestHandler('tools/list', () => ({ tools: [...listing] }))
  server.setRequestHandler('tools/call', async ({ params }, context) => {
    const offered = tools.get(params.name)
    if (!offered)
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `There is no tool ${params.name.slice(0, 80)}; did you mean ${closest(params.name.slice(0, 80), [...tools.keys()])}? There are ${[...tools.keys()].join(', ')}.`,
      )
    return callTool({ server, context, door }, offered, params.arguments ?? {})
  })
  server.setRequestHandler('resources/list', () => ({
    resources: lessons.map((lesson) => ({
      uri: lessonUri(lesson),
      name: lesson.name,
      title: lesson.title,
      description: lesson.description,
      mimeType: 'text/markdown',
    })),
  }))
  server.setRequestHandler('resources/templates/list', () => ({
    resourceTemplates: resources.map(({ resource: { template, name, description } }) => ({
      uriTemplate: template,
      name,
      description,
      mimeType: 'application/json',
    })),
  }))
  server.setRequestHandler('resources/read', ({ params }, { mcpReq }) =>
    readResource(catalogue, door, params.uri, mcpReq.signal),
  )
  server.setRequestHandler('prompts/list', () => ({
    prompts: lessons.map(({ name, title, description }) => ({ name, title, description })),
  }))
  server.setRequestHandler('prompts/get', ({ params }) => {
    const lesson = lessons.find(({ name }) => name === params.name)
    if (!lesson)
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `There is no prompt ${params.name.slice(0, 80)}; there is ${lessons.map(({ name }) => name).join(', ')}.`,
      )
    return {
      description: lesson.description,
      messages: [{ role: 'user' as const, content: { type: 'text' as const, text: lesson.text } }],
    }
  })
  return server
}
