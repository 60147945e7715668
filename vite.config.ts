import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const REPOSITORY = import.meta.dirname

/** Files that no module names and that a build depends on all the same. */
const BEYOND_MODULES = ['vite.config.ts', 'package-lock.json', 'src/web/index.html']

/** What the app and its workers, which are built apart, were made of. */
const modules = new Set<string>()

const noteModules: Plugin = {
  name: 'note-modules',
  moduleParsed: ({ id }) => void modules.add(path.relative(REPOSITORY, id.split('?')[0] ?? '')),
}

/** Writes what the app was made of, so that bin/build-app.js sees in a moment whether it must be built again. */
const listSources: Plugin = {
  name: 'list-sources',
  generateBundle() {
    const own = [...modules].filter(
      (file) => file.startsWith('src/') && existsSync(path.join(REPOSITORY, file)),
    )
    const hashes = [...new Set([...BEYOND_MODULES, ...own])].sort().map((file) => {
      const text = readFileSync(path.join(REPOSITORY, file))
      return [file, createHash('sha256').update(text).digest('hex')]
    })
    this.emitFile({
      type: 'asset',
      fileName: 'sources.json',
      source: JSON.stringify(Object.fromEntries(hashes), null, 1),
    })
  },
}

/** The web app: src/web and the features' ui folders, built into dist/web, which the server serves under /app/. */
export default defineConfig({
  root: path.join(REPOSITORY, 'src', 'web'),
  base: '/app/',
  plugins: [react(), noteModules, listSources],
  worker: { plugins: () => [noteModules] },
  html: { cspNonce: '__CAIRN_NONCE__' },
  build: {
    outDir: path.join(REPOSITORY, 'dist', 'web'),
    emptyOutDir: true,
    target: 'es2023',
    // Else light-dark() is rewritten for older browsers, and colours that it cannot foresee turn black.
    cssTarget: ['chrome125', 'firefox128', 'safari17.5'],
    // By this list of what loads what a test holds the first load to its budget.
    manifest: 'manifest.json',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
  },
})
