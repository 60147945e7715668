import type { z } from 'zod'
import type { Command } from './command.ts'
import type { Ctx } from './context.ts'
import type { Daemon } from './daemon.ts'
import type { Duty } from './duty.ts'
import type { JobQueue } from './jobs.ts'
import type { Migration } from './migrate.ts'
import type { GraphPart } from './relation.ts'
import type { Setting, Settings } from './settings.ts'
import type { Channel } from './socket.ts'
import type { Lesson, Tool, ToolResource } from './tool.ts'

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** How an operation reaches HTTP. Each input field has one source, decided here. */
export interface HttpRoute {
  readonly method: Method
  /** Path with `:field` for fields taken from it. */
  readonly path: string
  /** The status of success: 200, or 201 where POST creates what it answers with, 204 without a body. */
  readonly status: 200 | 201 | 204
  /** Fields of POST, PATCH and DELETE that come from the query string. GET takes all but the path's from there. */
  readonly query?: readonly string[]
  /** The whole body is this one field (an array, or a text). */
  readonly body?: string
  /** The body is text of any of these media types rather than JSON. */
  readonly textBody?: readonly string[]
  /** Bytes; 1 MiB unless said. */
  readonly bodyLimit?: number
}

/** What runs an operation needs. A read and one statement use the pool; only several statements get `BEGIN … COMMIT`. */
export type Runs = 'read' | 'statement' | 'transaction'

/** An example for the documentation; a test checks it against the schemas. */
export interface Example {
  readonly summary: string
  readonly input: unknown
  readonly output: unknown
}

/** A call that may wait for something to do (contract section 5: a waiting call holds no connection). */
export interface LongPoll<I, O> {
  /** How many seconds this call may wait. */
  seconds(input: I): number
  /** Whether the answer is worth returning now. */
  satisfied(output: O): boolean
}

/**
 * The unit of the product: one object that names its input, output, permission and route, and holds one function.
 * Every surface (HTTP, OpenAPI, the command line, …) is derived from the list of operations.
 */
export interface Operation<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  /** `feature.verb_noun`, unique. */
  readonly name: string
  /** One line in the imperative. */
  readonly summary: string
  /** What a caller must know beyond the summary: rules, errors, order. */
  readonly description?: string
  readonly http: HttpRoute
  /** The permission it needs; or `public`, `authenticated`, or `operator` (the operator's key alone). */
  readonly permission: string
  /** A strict object, whatever the surface; HTTP gathers it from path, query and body. */
  readonly input: I
  readonly output: O
  readonly runs: Runs | ((input: z.output<I>) => Runs)
  /**
   * All that it does is one call that `gather` was told the output of: either by a statement that takes an Idempotency-Key itself
   * and keeps the answer (of status 200, and nothing secret in it), or under a key that it reserves first. Such a call needs no
   * transaction of its own.
   */
  readonly gathers?: boolean
  /** Codes of the problems that it may throw beyond the general ones, for the documentation. */
  readonly problems?: Readonly<Record<string, number>>
  /** The output carries `version`: it becomes the ETag. */
  readonly versioned?: boolean
  /** It honours If-Match. */
  readonly precondition?: boolean
  /** It frees work or keeps it: a server that has too much to do refuses it last. */
  readonly urgent?: boolean
  /** It may run for long, and says how far it is to callers that ask for `application/x-ndjson`. */
  readonly reportsProgress?: boolean
  readonly longPoll?: LongPoll<z.output<I>, z.output<O>>
  /** What an idempotent replay must not show again. */
  readonly withoutSecret?: (output: z.output<O>) => unknown
  readonly examples?: readonly Example[]
  /** How agents use it as a tool, where they do. */
  readonly tool?: Tool
  readonly resource?: ToolResource
  run(ctx: Ctx, input: z.output<I>): Promise<z.output<O>>
}

/** Declares an operation; its types are then those of any operation, so that surfaces can loop over a list. */
export const operation = <I extends z.ZodType, O extends z.ZodType>(op: Operation<I, O>): Operation => op

/** A chapter of the served documentation: how some operations are used together. */
export interface Guide {
  /** Its anchor: lower-case words and hyphens. */
  readonly id: string
  readonly title: string
  readonly introduction: string
  /** Each step is shown with its operation's route and first example. */
  readonly steps: readonly { readonly operation: string; readonly text: string }[]
}

/** A feature: one folder, end to end. */
export interface Feature {
  readonly name: string
  readonly migrations?: readonly Migration[]
  readonly operations?: readonly Operation[]
  /** Permissions that this feature introduces, each with one sentence. */
  readonly permissions?: Readonly<Record<string, string>>
  /** Event types that it records, each with one sentence. */
  readonly events?: Readonly<Record<string, string>>
  readonly settings?: readonly Setting<unknown>[]
  /** What its settings say that makes no sense together, a sentence each; a server does not start with any. */
  readonly senseless?: (settings: Settings) => readonly string[]
  readonly duties?: readonly Duty[]
  readonly daemons?: readonly Daemon[]
  readonly queues?: readonly JobQueue[]
  readonly channels?: readonly Channel[]
  readonly commands?: readonly Command[]
  readonly guides?: readonly Guide[]
  readonly graph?: GraphPart
  readonly lessons?: readonly Lesson[]
  /** Its tables of tenants' data, children first: what deleting a tenant empties. */
  readonly tables?: readonly string[]
}
