import type { z } from 'zod'
import type { Caller } from './context.ts'
import type { Scope } from './database.ts'
import type { Services } from './services.ts'

/** A thing as an operation answers it. */
export type Thing = Readonly<Record<string, unknown>>

/**
 * A way from things of one kind to others, read for many of them at once: what an answer that is asked for as a graph is
 * made of. Which things there are, and their fields, the schemas of the operations say.
 */
export interface Relation<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  /** The kind of things that it leads from: the `id` of their schema. */
  readonly of: string
  /** The field that it is. */
  readonly name: string
  readonly summary: string
  readonly permission: string
  /** A strict object: what narrows it. Where it leads to many, it has a `limit` with a default. */
  readonly input: I
  readonly output: O
  /** How dear one answer is, beside one thing; 1 unless said. */
  readonly weight?: number
  /** What it is found by, an id as a rule; null where this thing leads nowhere. */
  key(thing: Thing): string | null
  /**
   * Reads for many keys, in one statement. A key without an entry leads nowhere: to null, or to an empty list. Things may
   * be of another tenant, or gone by now.
   */
  load(scope: Scope, keys: readonly string[], input: z.output<I>): Promise<ReadonlyMap<string, z.output<O>>>
}

/** Declares a relation; its types are then those of any relation, so that surfaces can loop over a list. */
export const relation = <I extends z.ZodType, O extends z.ZodType>(each: Relation<I, O>): Relation => each

/** The rows of a relation that leads to many, by what they are found by, in their order. */
export function byKey<Row extends { key: string }, T>(
  rows: readonly Row[],
  valueOf: (row: Row) => T,
): Map<string, T[]> {
  const found = new Map<string, T[]>()
  for (const row of rows) {
    const list = found.get(row.key)
    if (list) list.push(valueOf(row))
    else found.set(row.key, [valueOf(row)])
  }
  return found
}

/** The rows of a relation that leads to one thing, by its id. */
export const byId = <T extends { id: string }>(things: readonly T[]): Map<string, T> =>
  new Map(things.map((thing) => [thing.id, thing]))

/** Who follows a stream, and by which key: whoever has been shown the key's end is told no more. */
export interface StreamCall {
  readonly app: Services
  readonly caller: Caller
  /** The value of an Authorization header, for `authenticate`. */
  readonly authorization: string
  /** Who calls, looked up anew. Throws Problem 401. */
  authenticate(authorization: string): Promise<Caller>
}

/** Something that goes on until its follower has had enough. */
export interface Stream<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  /** The field that it is. */
  readonly name: string
  readonly summary: string
  readonly description: string
  readonly permission: string
  /** A strict object. */
  readonly input: I
  /** What comes, one at a time. */
  readonly output: O
  /**
   * Begins. The iterator reads no further than it is asked to, and ends by throwing a Problem: 401 when the key is
   * refused, 403 when its permissions no longer allow this. `return()` lets go of everything, also while `next()` waits.
   */
  open(call: StreamCall, input: z.output<I>): Promise<AsyncIterableIterator<z.output<O>>>
}

/** Declares a stream. */
export const stream = <I extends z.ZodType, O extends z.ZodType>(each: Stream<I, O>): Stream => each

/** What a feature says of its part in a graph of things; all else is derived from its operations. */
export interface GraphPart {
  /**
   * What an operation is called as a field, where the derived name is none that one would ask for; null: it is no field,
   * since a relation does the same.
   */
  readonly names?: Readonly<Record<string, string | null>>
  /** Input fields that mean nothing where fields are asked for by name, by operation. */
  readonly without?: Readonly<Record<string, readonly string[]>>
  /** Schemas that are the same kind of thing as another, by their ids. */
  readonly sameKind?: Readonly<Record<string, string>>
  readonly relations?: readonly Relation[]
  readonly streams?: readonly Stream[]
}
