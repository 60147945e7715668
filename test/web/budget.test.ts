import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { APP_FOLDER } from '../../src/surfaces/app/mount.ts'

/** Bytes of gzipped script that the first load may take. */
const BUDGET = 260_000

interface Chunk {
  readonly file: string
  readonly isEntry?: boolean
  readonly imports?: readonly string[]
  readonly dynamicImports?: readonly string[]
}

const manifest = JSON.parse(readFileSync(join(APP_FOLDER, 'manifest.json'), 'utf8')) as Record<string, Chunk>

/** A chunk and all that it loads at once. */
function withImports(name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen
  seen.add(name)
  for (const each of manifest[name]?.imports ?? []) withImports(each, seen)
  return seen
}

const bytesOf = (names: Iterable<string>): number =>
  [...names]
    .map((name) => manifest[name]!.file)
    .filter((file) => file.endsWith('.js'))
    .reduce((sum, file) => sum + gzipSync(readFileSync(join(APP_FOLDER, file)), { level: 9 }).length, 0)

test('the first load keeps its budget, and each screen is a chunk of its own', (t) => {
  const entry = Object.keys(manifest).find((name) => manifest[name]!.isEntry)
  assert.ok(entry)
  const first = withImports(entry)
  const bytes = bytesOf(first)
  t.diagnostic(`the first load is ${bytes} bytes of gzipped script`)
  assert.ok(bytes <= BUDGET, `${bytes} bytes of gzipped script are loaded first; ${BUDGET} are allowed`)

  const screens = Object.keys(manifest).filter((name) => /features\/[^/]+\/ui\//.test(name))
  assert.ok(screens.length >= 4, 'there are screens')
  assert.deepEqual(
    screens.filter((name) => first.has(name)),
    [],
    'no screen is part of the first load',
  )
})
