import type { z } from 'zod'

/** Who uses a tool, for inputs that an agent need not spell out. */
export interface ToolUser {
  /** What it is called as a worker unless it says otherwise. */
  readonly worker: string
  /** The kind of agent: the name of its program. */
  readonly client: string
}

/** What a tool answers: the same twice, since one client hands its model the text and another the data. */
export interface ToolAnswer {
  readonly structured: Readonly<Record<string, unknown>>
  /** All that a model needs, in as few words as will do. */
  readonly text: string
  /** Where what was cut can be read whole. */
  readonly links?: readonly { readonly uri: string; readonly name: string }[]
}

/**
 * How an operation is a tool of agents. What an agent reads costs it tokens: names, descriptions and schemas are short,
 * things are named by short numbers, and answers hold what the next step needs.
 */
export interface Tool<
  I extends z.ZodObject = z.ZodObject,
  O extends z.ZodObject = z.ZodObject,
  Body = unknown,
> {
  /** One verb, unique among all tools. */
  readonly name: string
  readonly description: string
  /** A strict object; what it means is told in its fields' descriptions, where names do not say it. */
  readonly input: I
  /** Every `structured` answer fits it. */
  readonly output: O
  /** It changes nothing; it may undo what others rely on, and asks first; doing it again does no more. */
  readonly hint?: 'read' | 'destructive' | 'idempotent'
  /** The operation's input. */
  toInput(input: z.output<I>, user: ToolUser): Record<string, unknown>
  /** The operation's answer in short. `more`: a list goes on behind it. */
  answer(body: Body, input: z.output<I>, more: boolean): ToolAnswer & { structured: z.input<O> }
  /** What a destructive one asks before it does it. */
  confirm?(input: z.output<I>): string
}

/** Declares a tool; its types are then those of any tool. */
export const tool =
  <Body>() =>
  <I extends z.ZodObject, O extends z.ZodObject>(spec: Tool<I, O, Body>): Tool =>
    spec

/** How what a reading operation answers is a resource of agents. */
export interface ToolResource {
  /** A URI with one variable, `cairn://things/{number}`. */
  readonly template: string
  readonly name: string
  readonly description: string
  /** The operation's input out of the variable's text. */
  toInput(text: string): Record<string, unknown>
}

/** A text that teaches agents: a resource `cairn://NAME`, and a prompt of that name. */
export interface Lesson {
  readonly name: string
  readonly title: string
  readonly description: string
  /** One sentence that every client is given when it connects. */
  readonly opening: string
  readonly text: string
}
