import { randomUUID } from 'node:crypto'
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  inputRequired,
  inputResponse,
  type CallToolResult,
  type ClientCapabilities,
  type Implementation,
  type InputRequiredResult,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { fieldErrors } from '../../kernel/dispatch.ts'
import { Problem, problemDocument, validationFailed } from '../../kernel/problem.ts'
import type { OfferedTool } from './catalogue.ts'
import { makeConfirmation, requireConfirmation } from './confirmation.ts'
import type { Door } from './door.ts'

/** Where a call may carry its Idempotency-Key, and a refusal the whole problem: for programs, not for models. */
export const META = {
  idempotencyKey: 'cairn-codex/idempotency-key',
  problem: 'cairn-codex/problem',
} as const

/** The name of what an agent calls itself when its client says nothing. */
const NAMELESS = 'agent'

/** A call as it came. */
interface Call {
  readonly server: Server
  readonly context: ServerContext
  readonly door: Door
}

/** A refusal as a tool's result: its code and what to do next. Whatever is ours to mend is logged and not told. */
export function refusal(error: unknown, door: Door): CallToolResult {
  let problem: Problem
  if (error instanceof Problem) {
    problem = error
    // What the database refused, say: told as a moment's trouble, and logged with its cause.
    if (error.status >= 500 && error.cause !== undefined) door.failed(error.cause)
  } else {
    const reference = randomUUID()
    door.failed(new Error(`a tool failed (${reference})`, { cause: error }))
    problem = new Problem(
      'internal_error',
      500,
      `Something failed on our side and was logged under ${reference}; see what was done before you call again.`,
    )
  }
  const { code, detail } = problem
  return {
    isError: true,
    content: [{ type: 'text', text: `${code}: ${detail}` }],
    _meta: { [META.problem]: problemDocument(problem) },
  }
}

/** What the client said of itself: with each call in one era, when it connected in the other. */
function clientOf({ server, context }: Call): { name: string; capabilities: ClientCapabilities | undefined } {
  const said = context.mcpReq.envelope as Record<string, unknown> | undefined
  const info = (said?.[CLIENT_INFO_META_KEY] ?? server.getClientVersion()) as Implementation | undefined
  return {
    name: info?.name.slice(0, 128) || NAMELESS,
    capabilities: said?.[CLIENT_CAPABILITIES_META_KEY] ?? server.getClientCapabilities(),
  }
}

/** Whether a client can show its user a form. Before there were modes, a form was all there was. */
const showsForms = (capabilities: ClientCapabilities | undefined): boolean =>
  capabilities?.elicitation !== undefined &&
  (capabilities.elicitation.form !== undefined || capabilities.elicitation.url === undefined)

const FORM = {
  type: 'object' as const,
  properties: { confirm: { type: 'boolean' as const, title: 'Do it' } },
  required: ['confirm'],
}

const notConfirmed = (): Problem =>
  new Problem(
    'not_confirmed',
    409,
    'The user did not agree; nothing was changed. Ask what they want instead.',
  )

/**
 * Makes sure that somebody agreed to a destructive call: undefined when they did, else the question to answer with. A
 * client that can't show it gets a token to call again with. Throws `not_confirmed`, `confirmation_required` and
 * `confirmation_invalid` (409).
 */
function askFirst(
  call: Call,
  { tool }: OfferedTool,
  { confirm, ...input }: Record<string, unknown>,
): InputRequiredResult | undefined {
  const question = tool.confirm?.(input)
  if (question === undefined) return undefined
  const { door, context } = call
  const confirmable = { caller: door.caller, tool: tool.name, input }
  if (typeof confirm === 'string') {
    requireConfirmation(door.key, confirmable, confirm)
    return undefined
  }
  if (!showsForms(clientOf(call).capabilities))
    throw new Problem(
      'confirmation_required',
      409,
      `${question} If your user agrees, call ${tool.name} again with confirm "${makeConfirmation(door.key, confirmable)}".`,
    )
  const said = inputResponse(context.mcpReq.inputResponses, 'confirm')
  if (said.kind === 'missing')
    return inputRequired({
      inputRequests: { confirm: inputRequired.elicit({ message: question, requestedSchema: FORM }) },
    })
  if (said.kind !== 'elicit' || said.action !== 'accept' || said.content?.['confirm'] !== true)
    throw notConfirmed()
  return undefined
}

function idempotencyKeyOf(meta: unknown, input: Record<string, unknown>): string | undefined {
  const key = input['idempotency_key'] ?? (meta as Record<string, unknown> | undefined)?.[META.idempotencyKey]
  if (key === undefined) return undefined
  if (typeof key !== 'string' || key.length < 1 || key.length > 255)
    throw new Problem('invalid_idempotency_key', 400, 'An idempotency key is a text of 1 to 255 characters.')
  return key
}

/** Calls a tool: its input parsed, its question asked, its operation called, its answer made short. Never throws. */
export async function callTool(
  call: Call,
  offered: OfferedTool,
  args: Record<string, unknown>,
): Promise<CallToolResult | InputRequiredResult> {
  const { tool, operation } = offered
  const { door, context } = call
  try {
    const parsed = tool.input.safeParse(args)
    if (!parsed.success) throw validationFailed(fieldErrors(parsed.error, tool.input))
    const input = parsed.data
    const question = askFirst(call, offered, input)
    if (question) return question
    const { body, more } = await door.invoke(
      operation,
      tool.toInput(input, door.userOf(clientOf(call).name)),
      { signal: context.mcpReq.signal, idempotencyKey: idempotencyKeyOf(context.mcpReq._meta, input) },
    )
    const { structured, text, links = [] } = tool.answer(body, input, more)
    return {
      content: [
        { type: 'text', text },
        ...links.map(({ uri, name }) => ({ type: 'resource_link' as const, uri, name })),
      ],
      structuredContent: { ...structured },
    }
  } catch (error) {
    return refusal(error, door)
  }
}
