import { readDependencyLine } from './dependency-lines.ts'
import type { Draft } from './draft.ts'
import { Fences } from './fences.ts'
import { Gathering } from './gathering.ts'
import { priorityOfLabels } from './github-labels.ts'
import { readAddress, readReference, repositoryOf, type IssueName } from './github-repository.ts'
import { isObject, type JsonObject } from './json-object.ts'
import { jsonItems } from './json-records.ts'
import type { Format } from './parsed.ts'
import { storableJson } from './text-limits.ts'

/** Fields with a place of their own. */
const PLACED = new Set([
  'number',
  'title',
  'body',
  'state',
  'closed',
  'labels',
  'created_at',
  'updated_at',
  'closed_at',
  'repository',
  'repository_url',
  'pull_request',
  'is_pull_request',
])

/** Fields that mean something to GitHub's servers alone. So do the addresses of their API. */
const PLUMBING = new Set(['id', 'node_id', 'author_association', 'performed_via_github_app', 'score'])

/** Fields that hold people or things, and the member that names them. */
const NAMED_BY: ReadonlyMap<string, string> = new Map([
  ['user', 'login'],
  ['author', 'login'],
  ['assignee', 'login'],
  ['assignees', 'login'],
  ['closed_by', 'login'],
  ['milestone', 'title'],
  ['type', 'name'],
])

/** Metadata keys where they differ from the field, so that both shapes of an issue come to the same. */
const KEYS: ReadonlyMap<string, string> = new Map([
  ['user', 'author'],
  ['html_url', 'url'],
])

/** `createdAt`, as GitHub's command line writes it, is `created_at` in its API. */
const withSnakeCase = (issue: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(issue).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  )

const nameIn = (value: unknown, member: string): unknown =>
  isObject(value) && typeof value[member] === 'string' ? value[member] : value

/** Counts that are nought, and summaries of nothing but such counts. */
const saysNothing = (value: unknown): boolean =>
  value === false ||
  value === 0 ||
  (isObject(value) && Object.entries(value).every(([member, count]) => member === 'url' || count === 0))

function keepOthers(draft: Draft, issue: JsonObject): void {
  const apart = new Set(PLACED)
  if (Array.isArray(issue['assignees']) && issue['assignees'].length > 0) apart.add('assignee')
  if (issue['html_url'] !== undefined) apart.add('url')
  for (const [field, value] of Object.entries(issue)) {
    if (apart.has(field) || saysNothing(value)) continue
    const member = NAMED_BY.get(field) ?? ''
    const named = Array.isArray(value) ? value.map((one) => nameIn(one, member)) : nameIn(value, member)
    if (PLUMBING.has(field) || (field.endsWith('_url') && field !== 'html_url')) draft.lose(field, value)
    else if (field === 'state_reason' && typeof value === 'string') draft.keep(field, value.toLowerCase())
    else draft.keep(field, named, { key: KEYS.get(field) ?? field })
  }
}

function readState(draft: Draft, issue: JsonObject): void {
  const state = typeof issue['state'] === 'string' ? issue['state'].toLowerCase() : null
  const closed =
    state === null ? issue['closed'] === true || typeof issue['closed_at'] === 'string' : state === 'closed'
  if (closed) {
    draft.item.state = 'completed'
    draft.time('completed_at', 'closed_at', issue['closed_at'])
  } else draft.keep('closed_at', issue['closed_at'])
}

function readLabels(draft: Draft, labels: unknown): void {
  const names = (Array.isArray(labels) ? (labels as unknown[]) : []).map((label) => nameIn(label, 'name'))
  const texts = names.filter((name) => typeof name === 'string')
  if (texts.length < names.length || !Array.isArray(labels)) draft.keep('labels', labels)
  draft.tag(texts)
  draft.item.priority = priorityOfLabels(texts) ?? draft.item.priority
}

/**
 * The issues that a body's lines `Blocked by #12` and `Depends on #12, owner/repo#14` name, up to the first
 * other word.
 */
function readDependencies(body: unknown): IssueName[] {
  if (typeof body !== 'string') return []
  const fences = new Fences()
  const found: IssueName[] = []
  for (const line of body.split('\n')) {
    if (fences.covers(line)) continue
    for (const name of readDependencyLine(line)?.names ?? []) {
      for (const word of name.split(' ')) {
        const reference = readReference(word)
        if (!reference) break
        found.push(reference)
      }
    }
  }
  return found
}

const idOf = (repository: string | null, number: number): string => `${repository ?? ''}#${number}`

/** Reads issue after issue, and makes the edges once it knows how the file spells its repositories. */
class Issues {
  readonly gathering: Gathering
  readonly #spelling = new Map<string, string>()
  readonly #waits: { line: number; id: string; on: IssueName }[] = []

  constructor(replaced: number) {
    this.gathering = new Gathering('github', replaced)
  }

  take(line: number, source: JsonObject): void {
    const repository = repositoryOf(source)
    const issue = withSnakeCase(source)
    const { number } = issue
    const id =
      typeof number === 'number' && Number.isSafeInteger(number) && number > 0
        ? idOf(repository, number)
        : null
    const pull = readAddress(issue['html_url'])?.pull ?? readAddress(issue['url'])?.pull ?? false
    if (pull || isObject(issue['pull_request']) || issue['is_pull_request'] === true) {
      this.gathering.skip(line, id, 'pull_request')
      return
    }
    if (id === null) {
      this.gathering.fail(line, 'has no number')
      return
    }
    const draft = this.gathering.begin(line, id, issue['title'])
    if (!draft) return
    draft.describe(issue['body'])
    readState(draft, issue)
    readLabels(draft, issue['labels'])
    draft.time('created_at', 'created_at', issue['created_at'])
    draft.time('updated_at', 'updated_at', issue['updated_at'])
    keepOthers(draft, issue)
    if (repository !== null) this.#spelling.set(repository.toLowerCase(), repository)
    for (const { repository: other, number } of readDependencies(issue['body']))
      this.#waits.push({ line, id, on: { repository: other ?? repository, number } })
  }

  connect(): void {
    for (const { line, id, on } of this.#waits) {
      const repository = on.repository && (this.#spelling.get(on.repository.toLowerCase()) ?? on.repository)
      this.gathering.waits(line, id, idOf(repository, on.number))
    }
  }
}

/**
 * The JSON of GitHub's issues: what its API answers (a list, or a search with `items`), what `gh issue list
 * --json` writes, or either of them one issue a line. Pull requests are skipped.
 */
export const github: Format = (source) => {
  const { text, replaced } = storableJson(source)
  const issues = new Issues(replaced)
  for (const read of jsonItems(text)) {
    if ('message' in read) issues.gathering.fail(read.line, read.message)
    else if (isObject(read.value)) issues.take(read.line, read.value)
    else issues.gathering.fail(read.line, 'is no JSON object')
  }
  issues.connect()
  return issues.gathering.parsed()
}
