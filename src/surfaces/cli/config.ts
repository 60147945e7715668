import { apiKey } from '../../features/index.ts'
import type { Settings } from '../../kernel/settings.ts'
import { EXIT } from './faults.ts'
import { generatedKey, keyFile } from './operator-key.ts'
import { columns, type Output } from './output.ts'
import { databaseUrl } from './settings.ts'

/** `cairn config`: every setting, its value without secrets and passwords, where that came from, and what it means. */
export function showConfig(settings: Settings, output: Output, json: boolean): number {
  const fromFile =
    settings.get(apiKey) === undefined && !settings.get(databaseUrl) && generatedKey(settings) !== undefined
  const listed = settings
    .list()
    .map((each) =>
      fromFile && each.name === apiKey.name
        ? { ...each, value: '(secret)', source: keyFile(settings) }
        : { ...each, source: String(each.source) },
    )
  if (json) output.print(JSON.stringify(listed))
  else
    for (const line of columns([
      ['NAME', 'VALUE', 'SOURCE', 'MEANING'],
      ...listed.map(({ name, value, source, description }) => [name, value, source, description]),
    ]))
      output.print(line)
  return EXIT.done
}
