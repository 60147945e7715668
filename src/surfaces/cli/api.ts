import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { closest } from 'fastest-levenshtein'
import { UsageError } from '../../kernel/command.ts'
import { parseJson } from '../../kernel/json.ts'
import type { Operation } from '../../kernel/operation.ts'
import { permissionSentence } from '../openapi/document.ts'
import { EXIT } from './faults.ts'
import { fieldOptions, type FieldOption } from './fields.ts'
import { columns, type Output } from './output.ts'
import type { Remote } from './remote.ts'

/** What `cairn api` works with. */
export interface ApiOptions {
  operations: ReadonlyMap<string, Operation>
  remote: () => Remote
  output: Output
  /** Prepares a command as the others are: how it writes, and how it ends. */
  prepare: (command: Command) => Command
}

/** `cairn api`: the list of operations, a line each, or as JSON. */
export function listOperations({ operations, output }: ApiOptions, json: boolean): number {
  const listed = [...operations.values()].map(({ name, summary, permission, http: { method, path } }) => ({
    name,
    method,
    path,
    permission,
    summary,
  }))
  if (json) output.print(JSON.stringify(listed))
  else
    for (const line of columns(listed.map((each) => [each.name, each.method, each.path, each.summary])))
      output.print(line)
  return EXIT.done
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** A text as it is, of a file (`@FILE`), or of stdin (`-`). Throws UsageError when the file can't be read. */
async function textOf(given: string): Promise<string> {
  if (given === '-') return readStdin()
  if (!given.startsWith('@')) return given
  try {
    return readFileSync(given.slice(1), 'utf8')
  } catch (error) {
    throw new UsageError(
      `${given.slice(1)} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'no reason given'})`,
    )
  }
}

/** The input that `--input` gives whole: an object, or for an operation with a whole body just that body. */
async function wholeInput(op: Operation, given: string): Promise<Record<string, unknown>> {
  const text = await textOf(given)
  let value: unknown
  try {
    value = parseJson(text)
  } catch (error) {
    throw new UsageError(`--input is no JSON (${error instanceof Error ? error.message : 'syntax error'})`)
  }
  if (value !== null && typeof value === 'object' && !Array.isArray(value))
    return value as Record<string, unknown>
  if (op.http.body) return { [op.http.body]: value }
  throw new UsageError('--input must be a JSON object')
}

/** A list that is written as one JSON text, undefined when the text is none. */
function jsonList(text: string): unknown[] | undefined {
  if (!text.startsWith('[')) return undefined
  try {
    return parseJson(text) as unknown[]
  } catch {
    return undefined
  }
}

/** A field's value out of the texts that were given for it. */
async function valueOf(op: Operation, field: FieldOption, texts: readonly string[]): Promise<unknown> {
  const [given = '', ...more] = texts
  if (more.length > 0) {
    if (field.repeats) return texts.map(field.read)
    throw new UsageError(`--${field.name} was given more than once`)
  }
  const text = field.name === op.http.body ? await textOf(given) : given
  return field.repeats ? (jsonList(text) ?? [field.read(text)]) : field.read(text)
}

interface Given {
  input?: string
  all?: boolean
  idempotencyKey?: string
  ifMatch?: string
  json?: boolean
}

/** `--effort-estimate` is as good as `--effort_estimate`. */
function withUnderscores(args: readonly string[], fields: readonly FieldOption[]): string[] {
  return args.map((argument) => {
    const flag = /^--([a-z][a-z0-9-]*)(=.*)?$/s.exec(argument)
    const name = flag?.[1]?.replaceAll('-', '_')
    return name && fields.some((field) => field.name === name) ? `--${name}${flag?.[2] ?? ''}` : argument
  })
}

const describe = (op: Operation): string =>
  [
    `${op.summary}.`,
    op.description,
    `${op.http.method} ${op.http.path}. ${permissionSentence(op).replaceAll('`', '')}`,
  ]
    .filter(Boolean)
    .join('\n\n')

const example = (op: Operation): string => {
  const [first] = op.examples ?? []
  return first
    ? `\nExample (${first.summary}):\n  cairn api ${op.name} --input '${JSON.stringify(first.input)}'`
    : ''
}

function find(operations: ReadonlyMap<string, Operation>, name: string): Operation {
  const op = operations.get(name)
  if (op) return op
  throw new UsageError(
    `there is no operation ${name}; did you mean ${closest(name, [...operations.keys()])}? \`cairn api\` lists them all`,
  )
}

/** `cairn api OPERATION …`: calls one operation, its input taken from options, and prints the answer's JSON. */
export async function callOperation(
  options: ApiOptions,
  name: string,
  args: readonly string[],
): Promise<number> {
  const op = find(options.operations, name)
  const fields = fieldOptions(op)
  const texts = new Map<string, string[]>()
  const command = options.prepare(new Command(`cairn api ${op.name}`)).description(describe(op))
  for (const field of fields)
    command.option(field.flags, field.description, (text: string) => {
      texts.set(field.name, [...(texts.get(field.name) ?? []), text])
      return text
    })
  command
    .option('--input <json>', 'the whole input, as JSON, @FILE, or - for stdin; options go before it')
    .option('--all', 'follow a list to its end, an element a line')
    .option('--idempotency-key <key>', 'makes a retry of a POST safe')
    .option('--if-match <version>', 'change only this version')
    .option('--json', 'tell errors as JSON too')
    .addHelpText('after', example(op))
  let given: Given = {}
  command.action((parsed: Given) => void (given = parsed))
  await command.parseAsync(withUnderscores(args, fields), { from: 'user' })

  const input = given.input === undefined ? {} : await wholeInput(op, given.input)
  for (const field of fields) {
    const said = texts.get(field.name) ?? (field.name in given ? ['true'] : undefined)
    if (said) input[field.name] = await valueOf(op, field, said)
  }
  return call(options, op, input, given)
}

async function call(
  { remote, output }: ApiOptions,
  op: Operation,
  input: Readonly<Record<string, unknown>>,
  given: Given,
): Promise<number> {
  const server = remote()
  let answer = await server.request(op, input, {
    ...(given.idempotencyKey === undefined ? {} : { idempotencyKey: given.idempotencyKey }),
    ...(given.ifMatch === undefined ? {} : { ifMatch: given.ifMatch }),
  })
  if (given.all) {
    for (;;) {
      if (!Array.isArray(answer.body)) throw new UsageError(`--all is for lists, and ${op.name} answers none`)
      for (const element of answer.body as unknown[]) output.print(JSON.stringify(element))
      if (!answer.next) return EXIT.done
      answer = await server.page(answer.next)
    }
  }
  if (answer.status === 204) return EXIT.done
  const pretty = output.terminal && !given.json
  output.print(pretty ? JSON.stringify(answer.body, null, 2) : JSON.stringify(answer.body))
  if (answer.next && pretty) output.note('There is more: --all follows the list to its end.')
  return EXIT.done
}
