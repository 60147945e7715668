import type { Feature } from '../../kernel/operation.ts'
import { verifyCommand } from './command.ts'
import { runVerify } from './operations.ts'

/** Holds the record against the tables: what one says, the other must. */
export const verify: Feature = {
  name: 'verify',
  operations: [runVerify],
  graph: { names: { 'verify.run': 'verify' } },
  commands: [verifyCommand],
}
