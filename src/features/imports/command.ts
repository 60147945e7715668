import { basename } from 'node:path'
import { progress } from '@clack/prompts'
import { UsageError, type Command, type CommandCall } from '../../kernel/command.ts'
import { Problem } from '../../kernel/problem.ts'
import { reportLines } from './report-text.ts'
import { FORMAT_NAMES, ImportReport } from './schema.ts'
import { readSourceFile } from './source-file.ts'

const INTERRUPTED = 130

/** A bar on stderr that shows how far the server is. */
function showProgress(title: string): { to(done: number, total: number): void; end(): void } {
  const bar = progress({ max: 100, output: process.stderr, withGuide: false })
  // The bar ends the process with 0 at Ctrl-C; but an import that was interrupted is not done.
  const interrupted = (): void => void (process.exitCode = INTERRUPTED)
  process.once('exit', interrupted)
  let shown = 0
  bar.start(title)
  return {
    to(done, total) {
      const percent = Math.floor((100 * done) / Math.max(total, 1))
      bar.advance(Math.max(percent - shown, 0), `${title}: ${percent} %`)
      shown = Math.max(percent, shown)
    },
    end() {
      bar.clear()
      process.off('exit', interrupted)
    },
  }
}

async function send(call: CommandCall, input: Readonly<Record<string, unknown>>): Promise<ImportReport> {
  const [, file = ''] = call.arguments
  const name = file === '-' ? 'standard input' : basename(file)
  const bar = call.terminal && !call.json ? showProgress(`Importing ${name}`) : undefined
  try {
    const options = { signal: call.signal, ...(bar ? { onProgress: bar.to } : {}) }
    return (await call.call('imports.run', input, options)) as ImportReport
  } finally {
    bar?.end()
  }
}

async function run(call: CommandCall): Promise<number> {
  const [format = '', file = ''] = call.arguments
  const { dryRun, strict, reopen } = call.options
  if (!FORMAT_NAMES.some((name) => name === format))
    throw new UsageError(`There is no format ${format}; the formats are ${FORMAT_NAMES.join(', ')}.`)
  const content = await readSourceFile(file)
  const input = {
    format,
    content,
    dry_run: dryRun === true,
    strict: strict === true,
    reopen: reopen === true,
  }
  try {
    const report = await send(call, input)
    if (call.json) call.print(JSON.stringify(report))
    else for (const line of reportLines(report)) call.print(line)
    return 0
  } catch (error) {
    const report = error instanceof Problem ? ImportReport.safeParse(error.extra['report']) : undefined
    if (report?.success && !call.json)
      for (const line of reportLines(report.data, 'refused, nothing was changed')) call.print(line)
    throw error
  }
}

/** `cairn import`: a source from a file or standard input, its progress on a terminal, and its loss report. */
export const importCommand: Command = {
  name: 'import',
  summary: 'Import tasks from Beads, Markdown, Linear or GitHub',
  arguments: '<format> <file>',
  options: [
    { flags: '--dry-run', description: 'change nothing, and report the same' },
    {
      flags: '--strict',
      description: 'change nothing where a line is broken, or an edge dangles or closes a loop',
    },
    { flags: '--reopen', description: 'new tasks become ready, also those that are closed in the source' },
  ],
  help: [
    `Formats: ${FORMAT_NAMES.join(', ')}. A file named - is standard input; 32 MiB of UTF-8 at most.`,
    'A second import of the same source changes nothing; one of a changed source updates all but the status,',
    'and tells which tasks had been changed here.',
    'Exit codes: 0 done, skipped and broken lines included; 1 refused, nothing was changed; 2 the file is unreadable.',
    '',
    'Examples:',
    '  cairn import beads .beads/issues.jsonl --dry-run',
    '  gh issue list --state all --limit 1000 --json number,title,body,state,labels,url | cairn import github -',
  ].join('\n'),
  next: 'import beads FILE    # or markdown, linear, github',
  run,
}
