import type { Command, CommandCall } from '../../kernel/command.ts'
import type { Key, NewKey, User } from './schema.ts'

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** Makes a key of the user that `--user` names, or of a new user who is gone again where the key can't be made. */
async function createKey(call: CommandCall): Promise<number> {
  const name = call.arguments[0]!
  const expires_at = text(call.options['expires'])
  const known = text(call.options['user'])
  const made = known
    ? undefined
    : ((await call.call('access.create_user', {
        name,
        roles: [text(call.options['role']) ?? 'agent'],
      })) as User)
  const user_id = known ?? made!.id
  const input = { name, user_id, ...(expires_at ? { expires_at } : {}) }
  let key: NewKey
  try {
    key = (await call.call('access.create_key', input)) as NewKey
  } catch (error) {
    if (made) await call.call('access.delete_user', { user_id }).catch(() => undefined)
    throw error
  }
  call.print(call.json ? JSON.stringify(key) : key.key!)
  call.note(`The key is shown this once. Its id, which \`cairn keys revoke\` takes, is ${key.id}.`)
  return 0
}

const PAGE = 1000

async function listKeys(call: CommandCall): Promise<number> {
  const keys: Key[] = []
  for (let page: Key[] = [], offset = 0; offset === 0 || page.length === PAGE; offset += PAGE) {
    page = (await call.call('access.list_keys', { limit: PAGE, offset })) as Key[]
    keys.push(...page)
  }
  if (call.json) call.print(JSON.stringify(keys))
  else for (const line of table(keys)) call.print(line)
  return 0
}

const day = (time: string | null, none: string): string => time?.slice(0, 16).replace('T', ' ') ?? none

const state = (key: Key): string => {
  if (key.revoked_at) return `revoked ${day(key.revoked_at, '')}`
  if (key.expires_at && Date.parse(key.expires_at) <= Date.now()) return `expired ${day(key.expires_at, '')}`
  return key.expires_at ? `until ${day(key.expires_at, '')}` : 'good'
}

function table(keys: readonly Key[]): string[] {
  const rows = [
    ['ID', 'PREFIX', 'STATE', 'LAST USED', 'NAME'],
    ...keys.map((key) => [key.id, key.prefix, state(key), day(key.last_used_at, 'never'), key.name]),
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  )
}

async function revokeKey(call: CommandCall): Promise<number> {
  const key = (await call.call('access.update_key', { key_id: call.arguments[0], revoked: true })) as Key
  call.print(call.json ? JSON.stringify(key) : `${key.prefix} (${key.name}) is revoked.`)
  return 0
}

/** `cairn keys`: make, list and revoke keys from the command line. */
export const keysCommand: Command = {
  name: 'keys',
  summary: 'Create, list and revoke API keys',
  subcommands: [
    {
      name: 'create',
      summary: 'Create a key, and a user of that name to hold it',
      help: 'The key alone goes to stdout: KEY=$(cairn keys create bifrost). Send it as Authorization: Bearer KEY.',
      next: 'keys create my-agent  # a key of its own for each agent',
      arguments: '<name>',
      options: [
        { flags: '--role <role>', description: 'role of the new user', fallback: 'agent' },
        { flags: '--user <id>', description: 'make the key for this user, and no new one' },
        { flags: '--expires <time>', description: 'when it ends, RFC 3339; never unless given' },
      ],
      run: createKey,
    },
    { name: 'list', summary: 'List the keys of the tenant', run: listKeys },
    { name: 'revoke', summary: 'Revoke a key by its id', arguments: '<id>', run: revokeKey },
  ],
}
