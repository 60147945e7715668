import { parseJson } from '../../kernel/json.ts'
import { ENTRY, type McpClient, type Way } from './clients.ts'

/** What becomes of a file: its new text; nothing, since our entry is there already; or why it is left as it is. */
export type Merged = { readonly text: string } | { readonly there: true } | { readonly refused: string }

const isPlain = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** How a JSON text is indented, so that a merge changes only what it adds. */
const indentOf = (text: string): string => /^\{\s*\n([ \t]+)"/.exec(text)?.[1] ?? '  '

function mergeJson(text: string, client: McpClient, way: Way): Merged {
  let file: unknown
  try {
    file = text.trim() === '' ? {} : parseJson(text)
  } catch {
    return { refused: 'it is no plain JSON (comments, perhaps); add the entry by hand' }
  }
  if (!isPlain(file)) return { refused: 'it holds no JSON object; look at it by hand' }
  const servers = file[client.servers] ?? {}
  if (!isPlain(servers)) return { refused: `its ${client.servers} is no object; look at it by hand` }
  const entry = client.entry(way)
  if (Object.hasOwn(servers, ENTRY))
    return JSON.stringify(servers[ENTRY]) === JSON.stringify(entry)
      ? { there: true }
      : { refused: `it has another entry ${ENTRY}; remove that first if it is an old one` }
  const merged: Record<string, unknown> = { ...file, [client.servers]: { ...servers, [ENTRY]: entry } }
  for (const [list, elements] of Object.entries(client.beside?.(way) ?? {})) {
    if (elements.length === 0) continue
    const known = merged[list] ?? []
    if (!Array.isArray(known)) return { refused: `its ${list} is no list; look at it by hand` }
    const ids = known.map((each) => (isPlain(each) ? each['id'] : undefined))
    merged[list] = [...(known as unknown[]), ...elements.filter(({ id }) => !ids.includes(id))]
  }
  return { text: `${JSON.stringify(merged, undefined, indentOf(text))}\n` }
}

/** A value of TOML; a basic string has the escapes of JSON's. */
const toml = (value: unknown): string =>
  isPlain(value)
    ? `{ ${Object.entries(value)
        .map(([key, each]) => `${key} = ${toml(each)}`)
        .join(', ')} }`
    : JSON.stringify(value)

/** Adds our table at the end: what stands in the file is not touched, nor read beyond the names of its tables. */
function mergeToml(text: string, client: McpClient, way: Way): Merged {
  const table = `${client.servers}.${ENTRY}`
  const own = [
    `[${table}]`,
    ...Object.entries(client.entry(way)).map(([key, value]) => `${key} = ${toml(value)}`),
  ].join('\n')
  if (text.includes(own)) return { there: true }
  const named = new RegExp(
    String.raw`^\s*(\[\s*"?${client.servers}"?\s*\.\s*"?${ENTRY}"?\s*[\].]|"?${client.servers}"?\s*(\.|=))`,
    'm',
  )
  if (named.test(text))
    return { refused: `it has another entry ${table}, or its servers in one line; add ours by hand` }
  return { text: `${text}${text === '' ? '' : text.endsWith('\n') ? '\n' : '\n\n'}${own}\n` }
}

/** Puts our entry into a client's file, given what is in it now (nothing: an empty text). Changes no other entry. */
export const mergeEntry = (text: string, client: McpClient, way: Way): Merged =>
  client.format === 'json' ? mergeJson(text, client, way) : mergeToml(text, client, way)
