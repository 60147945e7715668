import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const REPOSITORY = join(import.meta.dirname, '..')
const run = promisify(execFile)

test('what is published runs below node_modules, where Node strips no types', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'cairn-package-'))
  t.after(() => rm(home, { recursive: true }))
  const modules = join(home, 'node_modules')
  const published = join(modules, 'cairn-codex')
  const manifest = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8'))

  await mkdir(published, { recursive: true })
  for (const name of await readdir(join(REPOSITORY, 'node_modules'))) {
    if (name !== '@cairn-codex') await symlink(join(REPOSITORY, 'node_modules', name), join(modules, name))
  }
  // The client as it is published, too, in place of the link to its sources.
  const client = join(modules, '@cairn-codex', 'client')
  await run(process.execPath, [join(REPOSITORY, 'client', 'build.ts'), client])
  for (const name of [...manifest.files.filter((name: string) => name !== 'dist'), 'package.json']) {
    await cp(join(REPOSITORY, name), join(published, name), { recursive: true })
  }
  await build(join(published, 'dist'))

  const { stdout } = await run(process.execPath, [join(published, manifest.bin.cairn), '--version'], {
    cwd: home,
  })
  assert.equal(stdout.trim(), manifest.version)
  const mount = join(published, 'dist', 'surfaces', 'app', 'mount.js')
  const script = `import(${JSON.stringify(mount)}).then(({ APP_FOLDER }) => console.log(APP_FOLDER))`
  const { stdout: folder } = await run(process.execPath, ['--eval', script], { cwd: home })
  assert.equal(folder.trim(), join(published, 'dist', 'web'), 'where the build puts the web app')
  assert.match(manifest.scripts.prepack, /npm run build/)
  assert.match(manifest.scripts.build, /build-app\.js --required/)
  const built = await readdir(join(published, 'dist'), { recursive: true })
  assert.deepEqual(
    built.filter((name) => name.includes('.test.') || name.endsWith('.ts')),
    [],
  )
  assert.ok(!built.some((name) => name.startsWith('client')), 'the client is a package of its own')
})

/** As `npm run build` does, but not in the checkout, which other tests run in. */
async function build(folder: string): Promise<void> {
  const tsc = join(REPOSITORY, 'node_modules', 'typescript', 'bin', 'tsc')
  const project = join(REPOSITORY, 'tsconfig.build.json')
  await run(process.execPath, [tsc, '-p', project, '--outDir', folder])
}
