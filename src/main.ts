import { runCommandLine } from './surfaces/cli/index.ts'

process.exitCode = await runCommandLine(process.argv.slice(2))
