import { spawnSync } from 'node:child_process'
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

// `npm run client:build [FOLDER]`: writes what is published into a folder, client/dist unless given, for `npm publish FOLDER`.
// In the checkout the package is its sources; Node strips no types below node_modules, so what is published is JavaScript.

const HERE = import.meta.dirname
const folder = resolve(process.argv[2] ?? join(HERE, 'dist'))

rmSync(folder, { recursive: true, force: true })
const tsc = join(HERE, '..', 'node_modules', 'typescript', 'bin', 'tsc')
const { status } = spawnSync(
  process.execPath,
  [tsc, '-p', join(HERE, 'tsconfig.build.json'), '--outDir', folder],
  { stdio: 'inherit' },
)
if (status !== 0) process.exit(status ?? 1)
const { private: _, ...manifest } = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8')) as object & {
  private: boolean
}
const exports = {
  '.': { types: './index.d.ts', default: './index.js' },
  './sending': { types: './sending.d.ts', default: './sending.js' },
}
writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ ...manifest, exports }, null, 2)}\n`)
copyFileSync(join(HERE, 'README.md'), join(folder, 'README.md'))
copyFileSync(join(HERE, '..', 'LICENSE'), join(folder, 'LICENSE'))
