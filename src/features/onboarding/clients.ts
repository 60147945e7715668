import { homedir } from 'node:os'
import path from 'node:path'

/** The environment variable that keeps the key out of the files. */
export const KEY_VARIABLE = 'CAIRN_API_KEY'

/** The name of our entry among a client's servers. */
export const ENTRY = 'cairn'

/** How a client finds a server: at an address, or as a command of this machine. */
export type Way =
  | { readonly url: string }
  | {
      readonly command: string
      readonly args: readonly string[]
      readonly env: Readonly<Record<string, string>>
    }

/** A program whose agents speak the protocol, and where and how it is told of a server. */
export interface McpClient {
  readonly name: string
  readonly title: string
  /** Its file, of this project or of the user. */
  file(project: string): string
  /** What shows that somebody uses it here: any of these is there. */
  signs(project: string): string[]
  readonly format: 'json' | 'toml'
  /** The member of the file that holds its servers. */
  readonly servers: string
  /** The entry. The key is named by its variable, in the client's own spelling. */
  entry(way: Way): Record<string, unknown>
  /** What belongs in the file beside the entry: lists to which an element is added where it has none of its id. */
  beside?(way: Way): Record<string, readonly { readonly id: string }[]>
}

const bearer = (variable: string) => ({ Authorization: `Bearer ${variable}` })

/** How VS Code asks for the key. */
const KEY_PROMPT = {
  id: 'cairn-key',
  type: 'promptString',
  description: 'Key of Cairn Codex',
  password: true,
}

/** The clients, as their documentation had it in November 2026. */
export const CLIENTS: readonly McpClient[] = [
  {
    name: 'claude-code',
    title: 'Claude Code',
    file: (project) => path.join(project, '.mcp.json'),
    signs: (project) => [
      path.join(project, '.mcp.json'),
      path.join(project, '.claude'),
      path.join(project, 'CLAUDE.md'),
    ],
    format: 'json',
    servers: 'mcpServers',
    entry: (way) =>
      'url' in way
        ? { type: 'http', url: way.url, headers: bearer(`\${${KEY_VARIABLE}}`) }
        : { type: 'stdio', ...way },
  },
  {
    name: 'cursor',
    title: 'Cursor',
    file: (project) => path.join(project, '.cursor', 'mcp.json'),
    signs: (project) => [path.join(project, '.cursor')],
    format: 'json',
    servers: 'mcpServers',
    entry: (way) =>
      'url' in way ? { url: way.url, headers: bearer(`\${env:${KEY_VARIABLE}}`) } : { ...way },
  },
  {
    name: 'vscode',
    title: 'VS Code',
    file: (project) => path.join(project, '.vscode', 'mcp.json'),
    signs: (project) => [path.join(project, '.vscode')],
    format: 'json',
    servers: 'servers',
    entry: (way) =>
      'url' in way
        ? { type: 'http', url: way.url, headers: bearer('${input:cairn-key}') }
        : { type: 'stdio', ...way },
    // It asks for the key once, and keeps it where it keeps secrets.
    beside: (way) => ('url' in way ? { inputs: [KEY_PROMPT] } : { inputs: [] }),
  },
  {
    name: 'codex',
    title: 'Codex',
    file: () => path.join(process.env['CODEX_HOME'] || path.join(homedir(), '.codex'), 'config.toml'),
    signs: () => [process.env['CODEX_HOME'] || path.join(homedir(), '.codex')],
    format: 'toml',
    servers: 'mcp_servers',
    entry: (way) => ('url' in way ? { url: way.url, bearer_token_env_var: KEY_VARIABLE } : { ...way }),
  },
  {
    name: 'gemini',
    title: 'Gemini CLI',
    file: (project) => path.join(project, '.gemini', 'settings.json'),
    signs: (project) => [path.join(project, '.gemini'), path.join(project, 'GEMINI.md')],
    format: 'json',
    servers: 'mcpServers',
    entry: (way) => ('url' in way ? { httpUrl: way.url, headers: bearer(`$${KEY_VARIABLE}`) } : { ...way }),
  },
]
