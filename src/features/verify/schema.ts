import { z } from 'zod'

/** What a verification found. */
export const VerifyReport = z
  .strictObject({
    consistent: z.boolean().meta({ description: 'Whether nothing differs' }),
    record: z.strictObject({
      rows: z.int(),
      last_sequence: z.int(),
      not_numbered_yet: z.int().meta({ description: 'Committed a moment ago; the sequencer comes for them' }),
    }),
    tables: z
      .record(z.string(), z.int())
      .meta({ description: 'How many things of each kind the tables hold and were compared' }),
    mismatch_count: z.int(),
    mismatches: z.array(z.string()).meta({ description: 'The first 100, one sentence each' }),
  })
  .meta({ id: 'VerifyReport' })
export type VerifyReport = z.output<typeof VerifyReport>
