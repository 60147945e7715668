import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'

const REPOSITORY = join(import.meta.dirname, '..', '..')

/** A small house in which every import is allowed: file, and what it imports. */
const SOUND: Tree = {
  'src/main.ts': [
    './surfaces/http.ts',
    './features/index.ts',
    './embedded/index.ts',
    './kernel/operation.ts',
  ],
  'client/src/index.ts': ['./calls.ts'],
  'client/src/calls.ts': ['declared', './sending.ts'],
  'client/src/sending.ts': [],
  'client/src/calls.test.ts': ['./index.ts', '../../test/harness.ts'],
  'examples/agent.ts': ['../client/src/index.ts'],
  'src/embedded/index.ts': ['node:net'],
  'src/kernel/operation.ts': ['declared'],
  'src/surfaces/http.ts': ['../features/index.ts', '../kernel/operation.ts', '../../client/src/sending.ts'],
  'src/features/index.ts': list(['low', 'middle', 'high']),
  'src/features/low/index.ts': ['./schema.ts', './sql.ts', '../../kernel/operation.ts'],
  'src/features/low/schema.ts': ['zod'],
  'src/features/low/sql.ts': ['declared'],
  'src/features/middle/index.ts': ['../low/index.ts'],
  'src/features/high/worker-process.ts': ['./index.ts'],
  'src/features/high/index.ts': ['../low/index.ts', '../middle/index.ts', '../../../client/src/index.ts'],
  'src/features/high/ui/index.ts': ['./screen.tsx', '../../../web/kit/screen.ts', 'tool'],
  'src/features/high/ui/screen.tsx': ['../../low/schema.ts'],
  // A screen may show what a feature above its own knows.
  'src/features/low/ui/index.ts': ['../../high/schema.ts'],
  'src/features/high/schema.ts': ['../low/schema.ts', '../../kernel/page.ts'],
  'src/web/main.tsx': ['./screens.ts', './shell/frame.tsx'],
  'src/web/screens.ts': ['../features/high/ui/index.ts', '../features/low/ui/index.ts', './kit/screen.ts'],
  'src/web/shell/frame.tsx': ['../kit/screen.ts', '../screens.ts', './frame.css'],
  'src/web/shell/frame.css': [],
  'src/web/kit/screen.ts': ['../../features/low/schema.ts', 'tool'],
  'src/kernel/page.ts': ['zod'],
  'src/features/high/high.test.ts': ['./index.ts', '../../../test/harness.ts', 'tool'],
  'test/harness.ts': ['../src/main.ts', 'tool'],
}

/** Files with one fault each (that they are otherwise sound is part of the test), and the rules that must see it. */
const PLANTED: Record<string, { imports: string[]; broken: string[]; unused?: boolean }> = {
  'src/kernel/above.ts': { imports: ['../features/low/index.ts'], broken: ['kernel-stands-alone'] },
  'src/kernel/surface.ts': { imports: ['../surfaces/http.ts'], broken: ['kernel-stands-alone'] },
  'src/kernel/database.ts': { imports: ['../embedded/index.ts'], broken: ['kernel-stands-alone'] },
  'src/kernel/above.test.ts': {
    imports: ['../features/low/index.ts'],
    broken: ['kernel-stands-alone-tests'],
  },
  'client/src/curious.ts': {
    imports: ['../../src/kernel/operation.ts'],
    broken: ['client-stands-alone', 'no-dead-module'],
  },
  'client/src/curious.test.ts': {
    imports: ['../../src/kernel/operation.ts'],
    broken: ['client-stands-alone-tests'],
  },
  'examples/knowing.ts': {
    imports: ['../src/kernel/operation.ts'],
    broken: ['examples-see-the-client'],
  },
  'examples/knowing.test.ts': {
    imports: ['../src/kernel/operation.ts'],
    broken: ['examples-see-the-client-tests'],
  },
  'src/kernel/caller.ts': { imports: ['../../client/src/index.ts'], broken: ['kernel-stands-alone'] },
  'src/features/high/lockpick.ts': {
    imports: ['../../../client/src/calls.ts'],
    broken: ['features-see-kernel-and-features'],
  },
  'src/embedded/curious.ts': { imports: ['../kernel/operation.ts'], broken: ['embedded-stands-alone'] },
  'src/embedded/curious.test.ts': {
    imports: ['../kernel/operation.ts'],
    broken: ['embedded-stands-alone-tests'],
  },
  'src/features/low/served.ts': {
    imports: ['../../surfaces/http.ts'],
    broken: ['features-see-kernel-and-features'],
  },
  'src/features/low/served.test.ts': {
    imports: ['../../surfaces/http.ts'],
    broken: ['features-see-kernel-and-features-tests'],
  },
  'src/surfaces/knowing.ts': { imports: ['../features/low/index.ts'], broken: ['surfaces-see-the-list'] },
  'src/surfaces/calling.ts': {
    imports: ['../../client/src/index.ts'],
    broken: ['surfaces-see-the-list'],
  },
  'src/surfaces/knowing.test.ts': {
    imports: ['../features/low/index.ts'],
    broken: ['surfaces-see-the-list-tests'],
  },
  'src/features/low/forward.ts': { imports: ['../middle/index.ts'], broken: ['feature-order-low'] },
  'src/features/middle/forward.ts': { imports: ['../high/index.ts'], broken: ['feature-order-middle'] },
  'src/features/high/unlisted.ts': { imports: ['../stray/index.ts'], broken: ['feature-order-high'] },
  'src/features/stray/index.ts': { imports: ['../low/index.ts'], broken: ['feature-order-stray'] },
  'src/features/high/burglar.ts': { imports: ['../low/sql.ts'], broken: ['feature-front-door'] },
  'src/features/high/schemer.ts': { imports: ['../low/schema.ts'], broken: ['feature-front-door'] },
  'src/features/high/ui/burglar.ts': {
    imports: ['../../low/sql.ts'],
    broken: ['screens-see-kit-and-schemas'],
  },
  'src/features/high/ui/householder.ts': {
    imports: ['../index.ts'],
    broken: ['screens-see-kit-and-schemas'],
  },
  'src/features/high/ui/climber.ts': {
    imports: ['../../../web/shell/frame.tsx'],
    broken: ['screens-see-kit-and-schemas'],
  },
  'src/features/high/ui/server.ts': { imports: ['node:net'], broken: ['no-node-in-browsers'] },
  'src/features/high/painter.ts': {
    imports: ['./ui/screen.tsx'],
    broken: ['features-see-kernel-and-features'],
  },
  'src/features/high/painter.test.ts': {
    imports: ['../../surfaces/http.ts'],
    broken: ['features-see-kernel-and-features-tests'],
  },
  'src/web/shell/curious.ts': {
    imports: ['../../kernel/operation.ts'],
    broken: ['web-sees-screens-and-schemas'],
  },
  'src/web/kit/climber.ts': { imports: ['../shell/frame.tsx'], broken: ['kit-knows-no-shell'] },
  'src/features/middle/schema.ts': { imports: ['node:net'], broken: ['schemas-run-in-browsers'] },
  'src/kernel/ids.ts': { imports: ['node:net'], broken: ['kernel-that-runs-in-browsers'] },
  // A cycle is reported once, from where it was found.
  'src/kernel/hen.ts': { imports: ['type ./egg.ts'], broken: [] },
  'src/kernel/egg.ts': { imports: ['type ./hen.ts'], broken: ['no-cycle'] },
  'src/kernel/borrows.ts': { imports: ['./helpers.ts'], broken: ['no-vague-name'] },
  'src/kernel/helpers.ts': { imports: ['declared'], broken: [] },
  'src/features/low/borrows.ts': { imports: ['./common/rows.ts'], broken: ['no-vague-name'] },
  'src/features/low/common/rows.ts': { imports: ['declared'], broken: [] },
  'src/kernel/rehearsed.ts': {
    imports: ['../../test/stage.ts'],
    broken: ['kernel-stands-alone', 'no-tests-in-production'],
  },
  'test/stage.ts': { imports: ['node:net'], broken: [] },
  'src/kernel/armed.ts': { imports: ['tool'], broken: ['no-development-package-in-production'] },
  'src/kernel/lucky.ts': { imports: ['undeclared'], broken: ['packages-are-declared'] },
  'src/kernel/lost.ts': { imports: ['./nowhere.ts'], broken: ['imports-resolve'] },
  'src/kernel/forgotten.ts': { imports: [], broken: ['no-orphan', 'no-dead-module'], unused: true },
  'src/kernel/dead.ts': { imports: ['./operation.ts'], broken: ['no-dead-module'], unused: true },
}

describe('the rules of imports', () => {
  let home: string
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'cairn-architecture-'))
  })
  after(() => rm(home, { recursive: true }))

  test('a tree that keeps them passes', async () => {
    const tree = join(home, 'sound')
    await plant(tree, SOUND)
    assert.deepEqual(broken(await cruise(tree)), [])
  })

  test('each planted violation is reported, and nothing else is', async () => {
    const tree = join(home, 'planted')
    const used = Object.keys(PLANTED).filter((file) => !PLANTED[file]?.unused && file.startsWith('src/'))
    const modules = used
      .filter((file) => !file.endsWith('.test.ts'))
      .map((file) => file.replace('src/', './'))
    await plant(tree, {
      ...SOUND,
      ...Object.fromEntries(Object.entries(PLANTED).map(([file, { imports }]) => [file, imports])),
      'src/main.ts': [...(SOUND['src/main.ts'] ?? []), ...modules],
      'src/features/index.ts': `${list(['low', 'middle', 'high'])}\nimport './low/sql.ts'\n`,
      'src/web/screens.ts': [...(SOUND['src/web/screens.ts'] ?? []), '../features/low/sql.ts'],
    })
    const result = await cruise(tree)

    const expected = Object.entries(PLANTED).flatMap(([file, plan]) =>
      plan.broken.map((rule) => `${rule}: ${file}`),
    )
    expected.push(
      'feature-list-is-a-list: src/features/index.ts',
      'no-vague-name: src/main.ts',
      'screens-by-their-front-door: src/web/screens.ts',
    )
    assert.deepEqual(broken(result), expected.sort())

    const reported = new Set(result.summary.violations.map(({ rule }) => rule.name))
    const unplanted = result.summary.ruleSetUsed.forbidden.filter(({ name }) => !reported.has(name))
    assert.deepEqual(unplanted, [], 'a rule without a planted violation is not known to work')
  })

  test('the order of features is that of the exported array', async () => {
    const tree = join(home, 'reordered')
    await plant(tree, { ...SOUND, 'src/features/index.ts': list(['high', 'low', 'middle']) })
    assert.deepEqual(broken(await cruise(tree)), [
      'feature-order-high: src/features/high/index.ts',
      'feature-order-high: src/features/high/schema.ts',
    ])
  })

  test('every file of the real tree is read, with what it imports', async () => {
    const { modules } = await cruise(REPOSITORY)
    const imports = new Map(modules.map(({ source, dependencies }) => [source, dependencies.length]))
    const unread: string[] = []
    let read = 0
    for (const folder of ['client/src', 'examples', 'src', 'test']) {
      for (const file of await readdir(join(REPOSITORY, folder), { recursive: true })) {
        if (!/\.tsx?$/.test(file)) continue
        read += 1
        const path = `${folder}/${file}`
        const text = await readFile(join(REPOSITORY, path), 'utf8')
        const some = /^(import|export) .*from '/m.test(text)
        if ((imports.get(path) ?? -1) < (some ? 1 : 0)) unread.push(path)
      }
    }
    assert.deepEqual(unread, [])
    assert.ok(read > 20, `only ${read} files were there to be read`)
  })
})

/** A file's path, and either its text or what it imports; `type x` imports types alone. */
type Tree = Record<string, string | string[]>

interface Cruise {
  modules: { source: string; dependencies: unknown[] }[]
  summary: {
    violations: { from: string; to: string; rule: { name: string } }[]
    ruleSetUsed: { forbidden: { name: string }[] }
  }
}

function list(order: string[]): string {
  const imports = order.toSorted().map((name) => `import { ${name} } from './${name}/index.ts'`)
  return `${imports.join('\n')}\nexport const features: readonly unknown[] = [${order.join(', ')}]\n`
}

async function plant(root: string, tree: Tree): Promise<void> {
  const files: Tree = { ...tree }
  files['package.json'] = JSON.stringify({
    type: 'module',
    dependencies: { declared: '1.0.0', zod: '1.0.0' },
    devDependencies: { tool: '1.0.0' },
  })
  for (const name of ['declared', 'zod', 'tool', 'undeclared']) {
    const exports = { '.': { import: './index.js' } }
    files[`node_modules/${name}/package.json`] = JSON.stringify({ name, version: '1.0.0', exports })
    files[`node_modules/${name}/index.js`] = ''
  }
  for (const [path, content] of Object.entries(files)) {
    const text = typeof content === 'string' ? content : content.map(statement).join('\n')
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
}

function statement(from: string): string {
  const [word, path] = from.split(' ')
  return path === undefined ? `import '${word}'` : `import ${word} { X } from '${path}'`
}

/** Runs the real rules over a tree, as `npm run lint:imports` does. */
async function cruise(root: string): Promise<Cruise> {
  const depcruise = join(REPOSITORY, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs')
  const config = join(REPOSITORY, '.dependency-cruiser.cjs')
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [depcruise, '--config', config, '--output-type', 'json', 'client', 'examples', 'src', 'test'],
    { cwd: root, maxBuffer: 64 * 1024 * 1024 },
  ).catch((error: { stdout: string; message: string }) => {
    // It exits with the number of violations.
    if (!error.stdout.startsWith('{')) throw error
    return error
  })
  return JSON.parse(stdout) as Cruise
}

/** `rule: file` of each violation, sorted, each once. */
function broken({ summary }: Cruise): string[] {
  return [...new Set(summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`))].sort()
}
