import assert from 'node:assert/strict'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'

const SOURCES = join(import.meta.dirname, '..', '..', 'src')

for (const layer of ['kernel', 'surfaces']) {
  test(`no feature's name stands in src/${layer}, in its comments neither`, async () => {
    const features = await featureNames()
    const found: string[] = []
    for (const file of await readdir(join(SOURCES, layer), { recursive: true })) {
      // A test of them is a user of the whole, and may well speak of real features.
      if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue
      const text = await readFile(join(SOURCES, layer, file), 'utf8')
      found.push(...mentions(text, features).map((mention) => `src/${layer}/${file}:${mention}`))
    }
    assert.deepEqual(found, [])
  })
}

test('a name is found in code, strings and comments, and only as a whole word', () => {
  const text = [
    "import { x } from '../features/tasks/index.ts'",
    '// Tasks come first.',
    'const tasks_total = taskSet.length + multitasks',
    "app.get('/tasks/:id')",
    "reply.header('access-control-allow-origin', origin)",
  ].join('\n')
  assert.deepEqual(mentions(text, ['tasks', 'access']), ['1 tasks', '2 tasks', '4 tasks'])
})

async function featureNames(): Promise<string[]> {
  const entries = await readdir(join(SOURCES, 'features'), { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

/** `line name` of each line of `text` in which one of `names` stands as a word; what a hyphen joins is one word. */
function mentions(text: string, names: string[]): string[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      names
        .filter((name) => new RegExp(String.raw`(?<![\w-])${name}(?![\w-])`, 'i').test(line))
        .map((name) => `${index + 1} ${name}`),
    )
}
