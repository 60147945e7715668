import { readFileSync } from 'node:fs'
import { parseJson } from '../../kernel/json.ts'

interface Manifest {
  version: string
  license: string
  description: string
}

/** What package.json says of this program. Sources and build lie equally deep below it. */
export const manifest: Manifest = parseJson(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
) as Manifest
