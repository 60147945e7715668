import { readFile, stat } from 'node:fs/promises'
import { EmbeddedPostgresError, reasonOf } from './error.ts'
import { type Account, runProgram } from './program.ts'

/** Users to borrow, the best first; `_postgres` is macOS's. */
const CANDIDATES = ['postgres', '_postgres', 'nobody']

/** Whether this process is root and must run PostgreSQL as somebody else. */
export const isRoot = (): boolean => process.getuid?.() === 0

/**
 * The user that the server is to run as: undefined when we are not root (then it runs as we do), the owner of
 * `cluster` where there is one already, else `postgres` or `nobody`.
 *
 * @throws EmbeddedPostgresError when there is no such user, or we may not become it
 */
export async function accountToRunAs(cluster?: string): Promise<Account | undefined> {
  if (!isRoot()) return undefined
  const users = await readUsers()
  const account = cluster ? await ownerOf(cluster, users) : firstOf(CANDIDATES, users)
  if (!account)
    throw new EmbeddedPostgresError(
      'PostgreSQL refuses to run as root and this system has neither a user postgres nor nobody; start Cairn as an ordinary user or set DATABASE_URL.',
    )
  const refused = await runProgram('/bin/sh', ['-c', ':'], account).then(
    () => undefined,
    (error: unknown) => error,
  )
  if (refused)
    throw new EmbeddedPostgresError(
      `PostgreSQL refuses to run as root and this process may not start it as ${account.name} (${reasonOf(refused)}); start Cairn as an ordinary user or set DATABASE_URL.`,
      { cause: refused },
    )
  return account
}

async function readUsers(): Promise<Account[]> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '')
  return (
    text
      .split('\n')
      .filter((line) => /^[^#:]+:/.test(line))
      .map((line) => line.split(':'))
      // macOS writes the ids of nobody as -2.
      .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }))
      .filter((user) => user.uid !== 0)
  )
}

const firstOf = (names: readonly string[], users: readonly Account[]): Account | undefined =>
  names.flatMap((name) => users.filter((user) => user.name === name))[0]

async function ownerOf(cluster: string, users: readonly Account[]): Promise<Account | undefined> {
  const { uid, gid } = await stat(cluster)
  if (uid === 0) {
    const name = firstOf(CANDIDATES, users)?.name ?? 'an ordinary user'
    throw new EmbeddedPostgresError(
      `${cluster} belongs to root, and PostgreSQL refuses that; give it to ${name} with chown -R.`,
    )
  }
  return users.find((user) => user.uid === uid) ?? { name: `user ${uid}`, uid, gid }
}

/** Whether `account` can pass through `dir`, as the kernel judges it: modes, ACLs and mounts on the whole way. */
export const mayEnter = (account: Account, dir: string): Promise<boolean> => shellTest(account, '-x', dir)

/** Whether `account` can make files in `dir`. */
export const mayWrite = async (account: Account, dir: string): Promise<boolean> =>
  (await mayEnter(account, dir)) && (await shellTest(account, '-w', dir))

const shellTest = async (account: Account, operator: '-x' | '-w', dir: string): Promise<boolean> =>
  (await runProgram('/bin/sh', ['-c', `test ${operator} "$1"`, 'sh', dir], account)).code === 0
