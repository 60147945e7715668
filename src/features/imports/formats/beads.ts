import type { Draft } from './draft.ts'
import { Gathering } from './gathering.ts'
import { isObject, type JsonObject } from './json-object.ts'
import { jsonLines } from './json-records.ts'
import type { Format } from './parsed.ts'
import { storableJson } from './text-limits.ts'

/** Fields with a place of their own; every other one is kept as metadata. */
const PLACED = new Set([
  'id',
  'title',
  'description',
  'status',
  'priority',
  'estimated_minutes',
  'labels',
  'created_at',
  'updated_at',
  'closed_at',
  'dependencies',
])

/** The edges that block. Both say: `issue_id` waits for `depends_on_id`. */
const BLOCKING = new Set(['blocks', 'blocked-by'])

/** Fields of an edge with a place of their own. */
const PLACED_IN_EDGE = new Set(['issue_id', 'depends_on_id', 'type'])

/** Beads counts from 0, the most urgent, to 4; we from 5 down to 1. */
const PRIORITIES = [5, 4, 3, 2, 1] as const

const nameOf = (id: unknown): string => (typeof id === 'string' ? id.trim() : '')

function readPriority(draft: Draft, priority: unknown): void {
  const ours = typeof priority === 'number' ? PRIORITIES[priority] : undefined
  if (ours) draft.item.priority = ours
  else draft.keep('priority', priority)
}

function readStatus(draft: Draft, issue: JsonObject): void {
  const closed = issue['status'] === 'closed'
  if (closed) {
    draft.item.state = 'completed'
    draft.time('completed_at', 'closed_at', issue['closed_at'])
  } else {
    draft.keep('closed_at', issue['closed_at'])
    if (issue['status'] !== 'open') draft.keep('status', issue['status'])
  }
}

function readLabels(draft: Draft, labels: unknown): void {
  if (Array.isArray(labels) && labels.every((label) => typeof label === 'string')) draft.tag(labels)
  else draft.keep('labels', labels)
}

function readEdges(gathering: Gathering, draft: Draft, id: string, dependencies: unknown): void {
  if (!Array.isArray(dependencies)) {
    draft.keep('dependencies', dependencies)
    return
  }
  const others = new Map<string, string[]>()
  const { line } = draft.item
  for (const edge of dependencies as unknown[]) {
    const { issue_id = id, depends_on_id, type } = isObject(edge) ? edge : {}
    const [from, to] = [nameOf(issue_id), nameOf(depends_on_id)]
    if (!isObject(edge) || !from || !to || typeof type !== 'string' || !type) {
      gathering.fail(line, `${draft.item.source_ref} has a dependency without ids or without a type`)
      continue
    }
    for (const [field, value] of Object.entries(edge))
      if (!PLACED_IN_EDGE.has(field) && value !== '' && value !== null)
        gathering.lost.add(`dependencies.${field}`)
    const ids = others.get(type)
    if (BLOCKING.has(type)) gathering.waits(line, from, to)
    else if (ids) ids.push(to)
    else others.set(type, [to])
  }
  for (const [type, ids] of others)
    draft.keep(`dependencies.${type}`, ids, { key: type.replaceAll('-', '_'), count: ids.length })
}

function readIssue(gathering: Gathering, line: number, issue: JsonObject): void {
  if (issue['status'] === 'tombstone') {
    gathering.skip(line, nameOf(issue['id']) || null, 'tombstone')
    return
  }
  const draft = gathering.begin(line, issue['id'], issue['title'])
  if (!draft) return
  draft.describe(issue['description'])
  readPriority(draft, issue['priority'])
  readStatus(draft, issue)
  draft.estimate('estimated_minutes', issue['estimated_minutes'])
  readLabels(draft, issue['labels'])
  draft.time('created_at', 'created_at', issue['created_at'])
  draft.time('updated_at', 'updated_at', issue['updated_at'])
  for (const [field, value] of Object.entries(issue)) if (!PLACED.has(field)) draft.keep(field, value)
  readEdges(gathering, draft, nameOf(issue['id']), issue['dependencies'])
}

/**
 * The issues of a Beads tracker, as `bd export` writes them: one JSON object a line. Tombstones are skipped;
 * an edge to one of them, or to an issue that is not in the file, stays in `edges`.
 */
export const beads: Format = (source) => {
  const { text, replaced } = storableJson(source)
  const gathering = new Gathering('beads', replaced)
  for (const read of jsonLines(text)) {
    if ('message' in read) gathering.fail(read.line, read.message)
    else if (isObject(read.value)) readIssue(gathering, read.line, read.value)
    else gathering.fail(read.line, 'is no JSON object')
  }
  return gathering.parsed()
}
