import { readDependencyLine } from './dependency-lines.ts'
import type { Draft } from './draft.ts'
import { Fences } from './fences.ts'
import { Gathering } from './gathering.ts'
import {
  beginsBlock,
  isRule,
  readBoldTask,
  readCheckbox,
  readEffort,
  readHeading,
  readName,
  readPriority,
  underlineLevel,
  type Heading,
  type Name,
} from './markdown-lines.ts'
import { MarkdownNames } from './markdown-names.ts'
import { LIMITS, type Format } from './parsed.ts'
import { cutCharacters, slug, storable } from './text-limits.ts'

interface OpenTask {
  draft: Draft
  id: string
  /** The level of the task's heading, 7 for a line in bold, 0 for a box of a task list. */
  level: number
  text: string[]
  effort: number | null
  priority: number | null
}

const BOLD = 7
const BOX = 0

const isBlank = (line: string): boolean => line.trim() === ''
const isIndented = (line: string): boolean => line.startsWith('  ') || line.startsWith('\t')

/** Reads a backlog line by line: which task is open, and in which groups it is. */
class Backlog {
  readonly gathering: Gathering
  readonly #names: MarkdownNames
  readonly #fences = new Fences()
  #quoteLine = 0
  #inComment = false
  #groups: Heading[] = []
  #task: OpenTask | null = null
  #afterBlank = true

  constructor(replaced: number) {
    this.gathering = new Gathering('markdown', replaced)
    this.#names = new MarkdownNames(this.gathering)
  }

  /** Takes line `number` and looks at the one after it; answers how many lines it took. */
  take(line: string, next: string | undefined, number: number): 1 | 2 {
    const afterBlank = this.#afterBlank
    this.#afterBlank = isBlank(line)
    if (this.#endsBox(line, afterBlank)) this.#close()
    if (this.#isQuoted(line, number)) {
      this.#addText(line)
      return 1
    }
    if (this.#task?.level === BOX && isIndented(line)) {
      this.#addText(line, number)
      return 1
    }
    const level = afterBlank && !isBlank(line) && !beginsBlock(line) ? underlineLevel(next ?? '') : null
    const heading = level ? { level, text: line.trim() } : readHeading(line)
    if (heading?.text && this.#takeHeading(heading, number)) return level ? 2 : 1
    this.#takeParagraph(line, number)
    return 1
  }

  finish(): void {
    this.#close()
    const open = this.#fences.open ? 'code fence' : this.#inComment ? 'comment' : null
    if (open)
      this.gathering.fail(this.#quoteLine, `a ${open} opens here and never closes: no task was read after it`)
    this.#names.connect()
  }

  get #groupNames(): string[] {
    return this.#groups.map((group) => group.text)
  }

  /** Whether the line is code or in a comment, where nothing is a heading or a task. */
  #isQuoted(line: string, number: number): boolean {
    if (this.#inComment) {
      this.#inComment = !line.includes('-->')
      return true
    }
    if (!this.#fences.open) this.#quoteLine = number
    if (this.#fences.covers(line)) return true
    this.#inComment = line.trimStart().startsWith('<!--') && !line.includes('-->')
    return this.#inComment
  }

  /** A box of a task list holds what is indented below it, and the lines that continue its paragraph. */
  #endsBox(line: string, afterBlank: boolean): boolean {
    if (this.#task?.level !== BOX || this.#fences.open || this.#inComment) return false
    return (
      !isBlank(line) && !isIndented(line) && (afterBlank || beginsBlock(line) || readHeading(line) !== null)
    )
  }

  #takeParagraph(line: string, number: number): void {
    const bold = readBoldTask(line)
    const box = !this.#task || this.#task.level === BOX ? readCheckbox(line) : null
    if (bold) {
      this.#open(bold, BOLD, number)
      if (bold.rest) this.#addText(bold.rest, number)
    } else if (box) {
      const task = this.#open(box, BOX, number)
      if (task && box.done) task.draft.item.state = 'completed'
    } else this.#addText(line, number)
  }

  /** False for a heading that is a part of the open task's text. */
  #takeHeading(heading: Heading, number: number): boolean {
    const name = readName(heading.text)
    if (!name && this.#task && this.#task.level < BOLD && heading.level > this.#task.level) return false
    this.#groups = this.#groups.filter((group) => group.level < heading.level)
    if (name) {
      this.#open(name, heading.level, number)
      return true
    }
    this.#close()
    this.#groups.push({ level: heading.level, text: cutCharacters(heading.text, LIMITS.title_characters) })
    return true
  }

  #open(name: Name, level: number, number: number): OpenTask | null {
    this.#close()
    const groups = this.#groupNames
    const id = this.#names.claim(name, groups)
    const draft = this.gathering.begin(number, id, name.title)
    if (!draft) return null
    if (groups.length > 0) {
      draft.keep('group', groups.join(' > '))
      draft.tag([slug(groups.at(-1) ?? '')])
    }
    this.#task = { draft, id, level, text: [], effort: null, priority: null }
    return this.#task
  }

  /**
   * Adds a line to the open task's text. Where `number` is given, the line may also say something about the
   * task.
   */
  #addText(line: string, number?: number): void {
    const task = this.#task
    if (!task) {
      if (!isBlank(line) && !isRule(line)) this.gathering.lost.add('lines_outside_tasks')
      return
    }
    task.text.push(line)
    if (number === undefined) return
    if (task.effort === null) {
      task.effort = readEffort(line)
      if (task.effort !== null) task.draft.estimate('effort', task.effort)
    }
    if (task.priority === null) {
      const priority = readPriority(line)
      if (priority !== null) task.priority = task.draft.item.priority = priority
    }
    const dependencies = readDependencyLine(line)
    if (dependencies) this.#names.waits(number, task.id, this.#groupNames, dependencies)
  }

  #close(): void {
    const text = this.#task?.text ?? []
    let from = 0
    let to = text.length
    while (from < to && isBlank(text[from]!)) from++
    while (to > from && (isBlank(text[to - 1]!) || isRule(text[to - 1]!))) to--
    this.#task?.draft.describe(text.slice(from, to).join('\n'))
    this.#task = null
  }
}

/** The number of lines that a YAML front matter takes; 0 where there is none. */
function frontMatter(lines: readonly string[]): number {
  if (lines[0]?.trimEnd() !== '---') return 0
  const end = lines.findIndex((line, index) => index > 0 && ['---', '...'].includes(line.trimEnd()))
  const key = /^[\w-]+:/.test(lines[1]?.slice(0, 100) ?? '')
  return key && end > 0 ? end + 1 : 0
}

/**
 * A backlog in Markdown. Headings are groups; `### 12. Title`, `**B17: Title**` and `#### Issue 12: Title`
 * begin a task, and so does `- [ ] Title` at the top of a list that is outside one. A task's text goes up to
 * the next task or group, and may say `Depends on: #3, B2`, `Effort: 2h` and `Priority: high`. Its source_ref
 * comes from its identifier, else from its groups and title.
 */
export const markdown: Format = (source) => {
  const { text, replaced } = storable(source)
  const lines = text.split(/\r\n|\n|\r/)
  const backlog = new Backlog(replaced)
  for (let index = frontMatter(lines); index < lines.length;)
    index += backlog.take(lines[index]!, lines[index + 1], index + 1)
  backlog.finish()
  return backlog.gathering.parsed()
}
