import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { confirm, isCancel, multiselect } from '@clack/prompts'
import { UsageError, type Command, type CommandCall } from '../../kernel/command.ts'
import { CLIENTS, KEY_VARIABLE, type McpClient, type Way } from './clients.ts'
import { mergeEntry } from './merge.ts'

/** Ctrl-C at a question. */
class Stopped extends Error {}

const NAMES = CLIENTS.map(({ name }) => name)

/** The clients that are asked for by name. Throws UsageError for one that is unknown. */
function namedClients(list: string): McpClient[] {
  return list.split(',').map((word) => {
    const client = CLIENTS.find(({ name }) => name === word.trim())
    if (!client) throw new UsageError(`there is no client ${word.trim()}; there are ${NAMES.join(', ')}`)
    return client
  })
}

const usedHere = (project: string): McpClient[] =>
  CLIENTS.filter((client) => client.signs(project).some((sign) => existsSync(sign)))

async function chooseClients(call: CommandCall, project: string): Promise<readonly McpClient[]> {
  const { client } = call.options
  if (typeof client === 'string') return namedClients(client)
  const used = usedHere(project)
  if (call.options['yes'] === true || call.options['dryRun'] === true) {
    if (used.length > 0) return used
    throw new UsageError(`no client was found here; name one by --client: ${NAMES.join(', ')}`)
  }
  if (!call.terminal)
    throw new UsageError('nobody can be asked here: add --yes, or --dry-run to see what it would do')
  const chosen = await multiselect({
    message: 'Which clients should know of Cairn?',
    options: CLIENTS.map((each) => ({ value: each, label: each.title, hint: each.file(project) })),
    initialValues: used,
  })
  if (isCancel(chosen)) throw new Stopped()
  return chosen
}

/** Where the clients will find the server: its address, or by `--stdio` this program's own bridge to it. */
async function wayTo(call: CommandCall): Promise<Way> {
  const { url, stdio } = call.options
  const address = typeof url === 'string' ? url.replace(/\/+$/, '') : (await call.server()).url
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
    throw new UsageError('--url must be an http or https address')
  if (stdio !== true) return { url: `${address}/mcp` }
  const program = path.resolve(import.meta.dirname, '..', '..', '..', 'bin', 'cairn.js')
  return { command: 'node', args: [program, 'mcp'], env: { CAIRN_URL: address } }
}

/** Writes a text whole or not at all; a link stays a link, and a mode what it was. */
function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true })
  const target = existsSync(file) ? realpathSync(file) : file
  const mode = existsSync(target) ? statSync(target).mode & 0o777 : 0o644
  writeFileSync(`${target}.unfinished`, text, { mode })
  renameSync(`${target}.unfinished`, target)
}

/** What was done with one client's file. */
interface Outcome {
  readonly client: string
  readonly file: string
  readonly outcome: 'written' | 'would be written' | 'there already' | 'left as it is' | 'declined'
  readonly reason?: string
}

async function tellClient(call: CommandCall, client: McpClient, project: string, way: Way): Promise<Outcome> {
  const file = client.file(project)
  const told = { client: client.name, file }
  const merged = mergeEntry(existsSync(file) ? readFileSync(file, 'utf8') : '', client, way)
  if ('there' in merged) return { ...told, outcome: 'there already' }
  if ('refused' in merged) return { ...told, outcome: 'left as it is', reason: merged.refused }
  if (call.options['dryRun'] === true) {
    if (!call.json) call.print(`# ${file}\n${merged.text}`)
    return { ...told, outcome: 'would be written' }
  }
  if (call.options['yes'] !== true) {
    call.note(merged.text)
    const agreed = await confirm({ message: `Write this to ${file}?` })
    if (isCancel(agreed)) throw new Stopped()
    if (!agreed) return { ...told, outcome: 'declined' }
  }
  write(file, merged.text)
  return { ...told, outcome: 'written' }
}

/** Tells one client after the other. Returns whether it was stopped at a question; what was done before stands. */
async function tellClients(call: CommandCall, outcomes: Outcome[]): Promise<boolean> {
  const project = process.cwd()
  try {
    const clients = await chooseClients(call, project)
    const way = await wayTo(call)
    for (const client of clients) outcomes.push(await tellClient(call, client, project, way))
    return false
  } catch (error) {
    if (error instanceof Stopped) return true
    throw error
  }
}

async function run(call: CommandCall): Promise<number> {
  const outcomes: Outcome[] = []
  const stopped = await tellClients(call, outcomes)
  if (call.json) call.print(JSON.stringify(outcomes))
  else
    for (const { client, file, outcome, reason } of outcomes)
      call.print(`${client}: ${file}: ${outcome}${reason ? `: ${reason}` : ''}`)
  if (!call.json && outcomes.some(({ outcome }) => outcome === 'written'))
    call.note(
      `The key is in none of the files: set ${KEY_VARIABLE} where the clients start. \`cairn keys create NAME --role agent\` makes one.`,
    )
  if (stopped) call.note('Stopped; no other file was written.')
  return stopped || outcomes.some(({ outcome }) => outcome === 'left as it is') ? 1 : 0
}

export const initCommand: Command = {
  name: 'init',
  summary: 'Tell the MCP clients of this project where the server is',
  options: [
    { flags: '--client <names>', description: `which, comma-separated: ${NAMES.join(', ')}` },
    { flags: '--url <address>', description: "the server's address, where it is not the one in use" },
    { flags: '--stdio', description: 'have the clients start `cairn mcp` instead of calling the server' },
    { flags: '--yes', description: 'write without asking' },
    { flags: '--dry-run', description: 'show what would be written, and write nothing' },
  ],
  help: `Adds one entry to each client's own file and changes no other. The key stays in ${KEY_VARIABLE}. Exit code 1 when a file
was left as it is, or Ctrl-C stopped it.`,
  next: 'init                  # your coding agents get their tools',
  run,
}
