import { readFileSync } from 'node:fs'

interface Manifest {
  version: string
  license: string
  description: string
}

/** What package.json says of this program. Sources and build lie equally deep below it. */
export const manifest: Manifest = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
) as Manifest
