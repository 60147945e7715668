import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

/** One of the built web app's files, as it is sent. */
export interface AppFile {
  readonly type: string
  readonly body: Buffer
  /** Its gzip, where that is worth sending; made when it is first asked for. */
  gzip(): Buffer | undefined
  readonly tag: string
}

/** The built web app: its page, and its assets by name. */
export interface BuiltApp {
  readonly page: string
  readonly assets: ReadonlyMap<string, AppFile>
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
}

const COMPRESSED = new Set(['.js', '.css', '.svg', '.json'])

function readFile(file: string): AppFile {
  const body = readFileSync(file)
  const extension = path.extname(file)
  let gzip: Buffer | undefined
  return {
    type: TYPES[extension] ?? 'application/octet-stream',
    body,
    gzip: () => (COMPRESSED.has(extension) ? (gzip ??= gzipSync(body, { level: 9 })) : undefined),
    tag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
  }
}

/**
 * Reads the built web app into memory (about 2 MB), so that only what was built can be asked for, whatever a path says.
 * Undefined where it is not built.
 */
export function readApp(folder: string): BuiltApp | undefined {
  try {
    const page = readFileSync(path.join(folder, 'index.html'), 'utf8')
    const assets = path.join(folder, 'assets')
    return {
      page,
      assets: new Map(readdirSync(assets).map((name) => [name, readFile(path.join(assets, name))])),
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
