import { Command, CommanderError } from 'commander'
import { features } from '../../features/index.ts'
import { assemble } from '../../kernel/application.ts'
import { UsageError, type CommandCall, type Command as FeatureCommand } from '../../kernel/command.ts'
import type { Settings } from '../../kernel/settings.ts'
import { manifest } from '../openapi/manifest.ts'
import { callOperation, listOperations } from './api.ts'
import { showConfig } from './config.ts'
import { EXIT, faultOf } from './faults.ts'
import { migrateStatus, migrateUp } from './migrate.ts'
import { processOutput, tellFault, type Output } from './output.ts'
import { Remote } from './remote.ts'
import { readSettings } from './settings.ts'
import { abortOnSignal } from './stopping.ts'

const EXIT_CODES = `
Exit codes: 0 done, 1 failed (a problem that the server answered with, a failure while running, or an
answer that was lost), 2 wrong usage or settings, 3 the server is not reachable. Errors are lines on stderr: cairn: CODE: what to do.
With --json stdout carries JSON only, and an error is one problem document.`

/** Whether somebody who looks for a fault wants to see where it was thrown. */
const wantsStack = (): boolean => ['debug', 'trace'].includes(process.env['CAIRN_LOG_LEVEL'] ?? '')

/** One run of the command line. */
class CommandLine {
  exitCode: number = EXIT.done
  json = false
  /** A server outlives the reader of its banner; any other command has nobody left to talk to. */
  outlivesReader = false
  readonly output: Output
  readonly #assembly = assemble(features)
  #settings: Settings | undefined

  constructor() {
    this.output = processOutput(() => {
      if (!this.outlivesReader) process.exit(this.exitCode)
    })
  }

  /** Read when a command needs them, so that help works with wrong ones. Throws SettingsError. */
  get settings(): Settings {
    return (this.#settings ??= readSettings())
  }

  remote(): Remote {
    return new Remote(this.settings, this.#assembly.operations)
  }

  /** How every command writes and ends: its faults are thrown, and told in one place. */
  prepare(command: Command): Command {
    return command.exitOverride().configureOutput({
      writeOut: (text) => this.output.print(text.trimEnd()),
      writeErr: () => undefined,
      outputError: () => undefined,
    })
  }

  /** Adds `--json` and an action that keeps the exit code. */
  #act(command: Command, action: (...words: string[]) => Promise<number> | number): void {
    command.option('--json', 'JSON on stdout, and nothing else').action(async (...given: unknown[]) => {
      this.json = command.optsWithGlobals()['json'] === true
      this.exitCode = await action(...(given.slice(0, command.registeredArguments.length) as string[]))
    })
  }

  program(): Command {
    const program = this.prepare(new Command('cairn'))
      .description(manifest.description)
      .version(manifest.version, '--version', 'the version of this program')
      .option('--json', 'JSON on stdout, and nothing else')
      .enablePositionalOptions()
      .addHelpText('after', EXIT_CODES)
    this.#act(program.command('serve').description('Run the server until a signal stops it'), async () => {
      this.outlivesReader = true
      // Loaded here only: other commands start on 0.36 s of processor time without it, on 0.43 s with it.
      const { serve } = await import('./serve.ts')
      return serve({ settings: this.settings, json: this.json, print: this.output.print })
    })
    this.#act(
      program
        .command('mcp')
        .description('Serve the tools of agents over stdin and stdout, for an MCP client of this machine'),
      async () => {
        const { serveMcp } = await import('./mcp.ts')
        return serveMcp(this.remote(), this.#assembly, this.output)
      },
    )
    const migrations = program.command('migrate').description('Look at or bring up to date the schema')
    for (const [name, run, description] of [
      ['status', migrateStatus, 'Show which migrations are applied'],
      ['up', migrateUp, 'Apply what is pending'],
    ] as const)
      this.#act(migrations.command(name).description(description), () =>
        run({
          settings: this.settings,
          migrations: this.#assembly.migrations,
          output: this.output,
          json: this.json,
        }),
      )
    this.#act(
      program.command('config').description('List every setting, its value, and where that came from'),
      () => showConfig(this.settings, this.output, this.json),
    )
    this.#addApi(program)
    for (const feature of features)
      for (const command of feature.commands ?? []) this.#addFeatureCommand(program, command)
    return program
  }

  #addApi(program: Command): void {
    const api = program
      .command('api')
      .description('Call any operation of the server; without one, list them all')
      .argument('[operation]', 'its name; `cairn api OPERATION --help` says what it takes')
      .argument('[input...]', 'its input, as options')
      .passThroughOptions()
    const options = {
      operations: this.#assembly.operations,
      remote: () => this.remote(),
      output: this.output,
      prepare: (command: Command) => this.prepare(command),
    }
    this.#act(api, (operation, ...rest) => {
      const words = rest.flat()
      this.json ||= words.includes('--json')
      return operation === undefined
        ? listOperations(options, this.json)
        : callOperation(options, operation, words)
    })
  }

  #addFeatureCommand(parent: Command, spec: FeatureCommand): void {
    const command = parent.command(spec.name).description(spec.summary)
    if (spec.arguments) command.arguments(spec.arguments)
    for (const { flags, description, fallback } of spec.options ?? [])
      command.option(flags, description, fallback)
    if (spec.help) command.addHelpText('after', `\n${spec.help}`)
    for (const subcommand of spec.subcommands ?? []) this.#addFeatureCommand(command, subcommand)
    const { run } = spec
    if (run) this.#act(command, () => run(this.#callOf(command)))
  }

  #callOf(command: Command): CommandCall {
    const remote = this.remote()
    let signal: AbortSignal | undefined
    return {
      arguments: command.processedArgs.flat().filter((each) => each !== undefined) as string[],
      options: command.opts(),
      json: this.json,
      terminal: this.output.terminal,
      settings: this.settings,
      get signal() {
        return (signal ??= abortOnSignal())
      },
      server: async () => remote.server(),
      call: (operation, input, options) => remote.call(operation, input, options),
      print: this.output.print,
      note: this.output.note,
    }
  }
}

/** A command that only groups others was called by itself: commander would print its help, as an error. */
const isBareGroup = (error: unknown): boolean =>
  error instanceof CommanderError && error.code === 'commander.help'

function needsSubcommand(argv: readonly string[]): UsageError {
  const words = ['cairn', ...argv.filter((word) => !word.startsWith('-'))].join(' ')
  return new UsageError(`${words} needs one of its commands; \`${words} --help\` lists them`)
}

/** Runs `cairn` with its arguments and returns the exit code. It never throws: a fault is a sentence on stderr. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const line = new CommandLine()
  const tell = (error: unknown): number => {
    const fault = faultOf(error)
    tellFault(line.output, fault, line.json || argv.includes('--json'))
    if (wantsStack() && error instanceof Error) line.output.note(error.stack ?? '')
    return fault.exit
  }
  // What nobody caught is told like anything else; the process is in an unknown state, and ends.
  const end = (error: unknown): never => {
    tell(error)
    process.exit(EXIT.failed)
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
  try {
    const program = line.program()
    if (argv.length === 0) line.output.print(program.helpInformation().trimEnd())
    else await program.parseAsync(argv, { from: 'user' })
    return line.exitCode
  } catch (error) {
    if (isBareGroup(error)) return tell(needsSubcommand(argv))
    // Help and the version have been written, and end by this.
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done
    return tell(error)
  }
}
