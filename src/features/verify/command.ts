import type { Command, CommandCall } from '../../kernel/command.ts'
import type { VerifyReport } from './schema.ts'

/** What the report says, line by line. */
export function reportLines({ record, tables, ...report }: VerifyReport): string[] {
  const things = Object.entries(tables).map(([kind, count]) => `${count} ${kind}`)
  const verdict = report.consistent
    ? 'Nothing differs: the record replayed from its start gives the tables as they stand.'
    : `${report.mismatch_count} ${report.mismatch_count === 1 ? 'mismatch' : 'mismatches'}:`
  const untold = report.mismatch_count - report.mismatches.length
  return [
    `Record: ${record.rows} rows, numbered up to ${record.last_sequence}${record.not_numbered_yet > 0 ? `, ${record.not_numbered_yet} not numbered yet` : ''}.`,
    `Tables: ${things.join(', ')}.`,
    verdict,
    ...report.mismatches.map((sentence) => `  ${sentence}`),
    ...(untold > 0 ? [`  and ${untold} more`] : []),
  ]
}

const CLEAR_LINE = '\r\u001b[2K'

async function run(call: CommandCall): Promise<number> {
  const bar = call.terminal && !call.json
  const onProgress = (done: number, total: number): void =>
    void process.stderr.write(`${CLEAR_LINE}${Math.floor((100 * done) / Math.max(total, 1))} %`)
  let report: VerifyReport
  try {
    const options = { signal: call.signal, ...(bar ? { onProgress } : {}) }
    report = (await call.call('verify.run', {}, options)) as VerifyReport
  } finally {
    if (bar) process.stderr.write(CLEAR_LINE)
  }
  if (call.json) call.print(JSON.stringify(report))
  else for (const line of reportLines(report)) call.print(line)
  return report.consistent ? 0 : 1
}

/** `cairn verify`: the record against the tables, told in sentences. */
export const verifyCommand: Command = {
  name: 'verify',
  summary: 'Replay the record from its start and compare it with the tables',
  help: 'Changes nothing, and needs read_audit. Exit codes: 0 nothing differs; 1 something does, each in one sentence.',
  run,
}
