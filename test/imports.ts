import { readFileSync } from 'node:fs'
import type { FormatName, ImportReport } from '../src/features/imports/index.ts'
import { bodyOf, nextPage } from './answers.ts'
import type { TestAnswer, TestServer } from './server.ts'

/** A source of the feature's own fixtures. */
export const fixture = (name: string): string =>
  readFileSync(new URL(`../src/features/imports/fixtures/${name}`, import.meta.url), 'utf8')

/** Lines of a Beads export. */
export const beadsLines = (...issues: readonly Record<string, unknown>[]): string =>
  issues.map((issue) => JSON.stringify({ status: 'open', priority: 2, ...issue })).join('\n')

/** A Beads issue that waits for others. */
export const waiting = (id: string, ...on: readonly string[]): Record<string, unknown> => ({
  id,
  title: `Task ${id}`,
  dependencies: on.map((depends_on_id) => ({ issue_id: id, depends_on_id, type: 'blocks' })),
})

/** Sends a source as text; `query` is written as in a URL. */
export const send = (
  server: TestServer,
  format: FormatName,
  content: string | Uint8Array,
  query = '',
  { key, type = 'text/plain' }: { key?: string; type?: string } = {},
): Promise<TestAnswer> =>
  server.post(`/import/${format}?${query}`, content, {
    headers: { 'content-type': type },
    ...(key === undefined ? {} : { key }),
  })

/** The report of an import that goes through. */
export const imported = async (
  server: TestServer,
  format: FormatName,
  content: string,
  query = '',
): Promise<ImportReport> => bodyOf<ImportReport>(await send(server, format, content, query))

/** The tasks that came from sources, by their source_ref, each with its metadata. */
export async function sourcedTasks(server: TestServer): Promise<Map<string, SourcedTask>> {
  const tasks = new Map<string, SourcedTask>()
  for (let path: string | undefined = '/tasks?include=metadata&limit=1000'; path;) {
    const answer: TestAnswer = await server.get(path)
    for (const task of bodyOf<SourcedTask[]>(answer))
      if (task.metadata['source_ref']) tasks.set(task.metadata['source_ref'], task)
    path = nextPage(answer)
  }
  return tasks
}

export interface SourcedTask {
  id: string
  number: number
  title: string
  description: string
  status: string
  priority: number
  effort_estimate: number | null
  tags: string[]
  unmet_dependencies: number
  version: number
  created_at: string
  updated_at: string
  metadata: Record<string, string>
}

/** A digest of every table, by its name, but those that servers write by themselves; the record is numbered by then. */
export async function contentOfTables(server: TestServer): Promise<Record<string, string>> {
  for (;;) {
    const [pending] = (await server.sql('SELECT count(*) AS rows FROM record_pending')) as { rows: number }[]
    if (pending!.rows === 0) break
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const names = (await server.sql(
    `SELECT relname AS name FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'leadership' ORDER BY 1`,
  )) as { name: string }[]
  const content: Record<string, string> = {}
  for (const { name } of names) {
    const [row] = (await server.sql(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text)), '') AS digest FROM ${name} t`,
    )) as { digest: string }[]
    content[name] = row!.digest
  }
  return content
}
