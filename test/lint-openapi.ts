import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { features } from '../src/features/index.ts'
import { assemble } from '../src/kernel/application.ts'
import { openApiDocument } from '../src/surfaces/openapi/document.ts'

// Lints the OpenAPI document with Redocly's recommended rules, and those of redocly.yaml. Warnings count as errors.
// `npm run lint:openapi`; nothing leaves the machine.

const folder = mkdtempSync(join(tmpdir(), 'cairn-openapi-'))
try {
  const file = join(folder, 'openapi.json')
  writeFileSync(file, JSON.stringify(openApiDocument(assemble(features)), null, 2))
  const redocly = createRequire(import.meta.url).resolve('@redocly/cli/bin/cli.js')
  const config = join(import.meta.dirname, '..', 'redocly.yaml')
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [redocly, 'lint', file, `--config=${config}`, '--format=json'],
    {
      encoding: 'utf8',
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    },
  )
  const found = /\{[\s\S]*\}/.exec(stdout)?.[0]
  if (!found) throw new Error(`the linter said nothing of use (${status}): ${stdout}${stderr}`)
  const { totals, problems } = JSON.parse(found) as {
    totals: { errors: number; warnings: number }
    problems: { message: string; ruleId: string; location: { pointer: string }[] }[]
  }
  for (const { ruleId, message, location } of problems)
    process.stdout.write(`${ruleId}: ${message} at ${location[0]?.pointer}\n`)
  process.stdout.write(`${totals.errors} errors, ${totals.warnings} warnings\n`)
  process.exitCode = status === 0 && totals.errors + totals.warnings === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true })
}
