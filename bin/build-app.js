// `npm start` and `npm test` run this first: it builds the web app where it is missing, or older than what it is made of.
// With --required its failure is one; without, the server starts all the same, and says at /app/ that there is no app.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PACKAGE = dirname(dirname(fileURLToPath(import.meta.url)))

/** What the last build was made of: each file's hash, by its path. The build itself writes it (vite.config.ts). */
const SOURCES = join(PACKAGE, 'dist', 'web', 'sources.json')

const VITE = join(PACKAGE, 'node_modules', 'vite', 'bin', 'vite.js')

if (!isCurrent()) build(process.argv.includes('--required'))

/** A file is new to the app only where one that it was made of imports it, and so has changed. */
function isCurrent() {
  // The published package brings the app, and no sources of it.
  if (!existsSync(join(PACKAGE, 'src', 'web'))) return true
  if (!existsSync(SOURCES)) return false
  return Object.entries(JSON.parse(readFileSync(SOURCES, 'utf8'))).every(([path, hash]) => {
    const file = join(PACKAGE, path)
    return existsSync(file) && createHash('sha256').update(readFileSync(file)).digest('hex') === hash
  })
}

function build(required) {
  if (!existsSync(VITE)) return fail(required, 'Vite is not installed; npm ci brings it')
  process.stderr.write('cairn: building the web app; this takes some seconds, once\n')
  const { status } = spawnSync(process.execPath, [VITE, 'build', '--logLevel', 'warn'], {
    cwd: PACKAGE,
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) fail(required, 'what Vite says is above')
}

function fail(required, reason) {
  process.stderr.write(`cairn: the web app could not be built: ${reason}\n`)
  if (required) process.exitCode = 1
}
