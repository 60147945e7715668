import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { features } from '../../features/index.ts'
import { assemble } from '../../kernel/application.ts'
import { listProblems } from './problem-codes.ts'

const ROOT = path.join(import.meta.dirname, '..', '..', '..')
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8')

/** Every place in the sources that makes a problem: `new Problem('code', 400, …`, and what stands for it. */
const MAKERS = [
  /new (?:Cairn)?Problem\(\s*\{?\s*'([a-z_]+)',(?:\s*([45]\d\d))?/g,
  /\bcode: '([a-z_]+)'/g,
  /\b(?:refuse|fault)\(\s*'([a-z_]+)'/g,
  /: \[\s*'([a-z_]+)',\s*([45]\d\d),/g,
]

/** The codes that a folder's programs use, each with its status where that is said beside it, and the file. */
function usedIn(folder: string): Map<string, string> {
  const used = new Map<string, string>()
  const files = globSync(`${folder}/**/*.ts`, { cwd: ROOT }).filter(
    (file) => !/\.test\.ts$|openapi\.ts$|\/ui\/|\/web\/|problem-codes/.test(file),
  )
  for (const file of files) {
    const source = read(file)
    for (const maker of MAKERS)
      for (const [, code, status] of source.matchAll(maker))
        used.set(status ? `${code} ${status}` : code!, file)
    for (const [, kind] of source.matchAll(/notFound\('([a-z_]+)'/g)) used.set(`${kind}_not_found 404`, file)
  }
  return used
}

/** The words that a document has as code. */
const wordsOf = (document: string): Set<string> =>
  new Set([...read(document).matchAll(/`([a-z_]+)`/g)].map(([, word]) => word!))

const listed = listProblems(assemble(features))

test("every code that the server uses is listed at /docs with its status, or is the command line's own", () => {
  const known = new Set(
    listed.flatMap(({ code, statuses }) => [code, ...statuses.map((status) => `${code} ${status}`)]),
  )
  const ofCommands = wordsOf('docs/command-line.md')
  const used = usedIn('src')
  assert.ok(used.size > 90, `only ${used.size} were found`)
  assert.deepEqual(
    [...used].filter(
      ([each, file]) =>
        !known.has(each) && !(/\/cli\/|command/.test(file) && ofCommands.has(each.split(' ')[0]!)),
    ),
    [],
  )
})

test('every code that the client says itself stands in its README', () => {
  const used = [...usedIn('client/src').keys()]
  assert.ok(used.length >= 2)
  const words = wordsOf('client/README.md')
  assert.deepEqual(
    used.filter((code) => !words.has(code) && !listed.some((each) => each.code === code)),
    [],
  )
})

test('what only agents meet stands in docs/mcp.md', () => {
  const words = wordsOf('docs/mcp.md')
  const used = [...usedIn('src/surfaces/mcp').keys()].map((each) => each.split(' ')[0]!)
  for (const code of [
    'host_refused',
    'origin_refused',
    'confirmation_required',
    'confirmation_invalid',
    'not_confirmed',
  ]) {
    assert.ok(used.includes(code), `${code} is used no more`)
    assert.ok(words.has(code), code)
  }
  assert.ok(words.has('server_unreachable'))
})
