import { Problem } from '../../kernel/problem.ts'
import { FORMATS, type Parsed } from './formats/index.ts'
import type { FormatName, ImportSource } from './schema.ts'

/**
 * A source that came as JSON, as text again. An array's elements stand on a line each, so that the line of an error is
 * the number of its element.
 */
const textOf = (content: ImportSource['content']): string => {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return JSON.stringify(content)
  return `[${content.map((each) => JSON.stringify(each)).join(',\n')}]`
}

/** What each format looks like, for one who sent something else. */
const LOOKS: Readonly<Record<FormatName, string>> = {
  beads: 'one JSON object a line, as bd export writes them',
  markdown: 'headings such as "### 12. Title", lines such as "**B17: Title**", or boxes "- [ ] Title"',
  linear: 'CSV with a header that has the columns ID and Title',
  github: 'the JSON of issues, as the GitHub API or gh issue list --json writes it',
}

const unreadable = (
  format: FormatName,
  what: string,
  extra: { errors?: { path: string; message: string }[] } = {},
): Problem => new Problem('import_unreadable', 400, `${what}; ${format} is ${LOOKS[format]}.`, extra)

/** Reads a whole source. Throws `import_unreadable` (400) when it is empty, or when nothing of it could be read. */
export function readSource(format: FormatName, content: ImportSource['content']): Parsed {
  const text = textOf(content)
  if (text.trim() === '') throw unreadable(format, 'The source is empty')
  const parsed = FORMATS[format](text)
  if (parsed.items.length > 0 || parsed.skipped.length > 0) return parsed
  const [first] = parsed.errors
  if (first)
    throw unreadable(format, `Nothing could be read: line ${first.line} ${first.message}`, {
      errors: parsed.errors.slice(0, 5).map(({ line, message }) => ({ path: `line ${line}`, message })),
    })
  // An export of nothing is fine; text in which no task was found is something else.
  if (Object.keys(parsed.lost_fields).length > 0) throw unreadable(format, 'No task was found in this text')
  return parsed
}
