import type { Feature } from '../../kernel/operation.ts'
import { importCommand } from './command.ts'
import { importsTables } from './migrations/202611220700_imports.ts'
import { runImport } from './operations.ts'

export type { FormatName, ImportReport } from './schema.ts'

/** Tasks and their graph out of other tools, with a report of every loss. */
export const imports: Feature = {
  name: 'imports',
  migrations: [importsTables],
  tables: ['import_turns'],
  operations: [runImport],
  commands: [importCommand],
}
