import assert from 'node:assert/strict'
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { accountToRunAs, isRoot, mayEnter } from './account.ts'
import { installedBinaries, makeRunnable } from './binaries.ts'
import { openShelter } from './shelter.ts'
import { runStart, scratch, serverPid, sql, start } from './testing.ts'

const asRoot = { skip: isRoot() ? false : 'only root has these troubles' }

/** A directory that only root can pass through, as root's home is. */
async function closedDirectory(): Promise<string> {
  const closed = join(await scratch(), 'home')
  await mkdir(closed, { mode: 0o700 })
  return closed
}

test('root runs it as another user, who gets the database and nothing else', asRoot, async () => {
  const dataDir = join(await scratch(), 'data')
  const server = await start(dataDir)
  const cluster = join(dataDir, 'postgres')
  const { uid } = await stat(cluster)
  assert.notEqual(uid, 0)
  assert.equal((await stat(`/proc/${await serverPid(cluster)}`)).uid, uid)
  assert.equal((await stat(dataDir)).mode & 0o777, 0o711)
  for (const name of (await readdir(dataDir)).filter((each) => each !== 'postgres')) {
    const { uid: owner, mode } = await stat(join(dataDir, name))
    assert.deepEqual([name, owner, mode & 0o777], [name, 0, 0o600])
  }
  await server.stop()
})

test(
  'below a directory that is closed to others root keeps the database elsewhere, and says where',
  asRoot,
  async () => {
    const closed = await closedDirectory()
    const dataDir = join(closed, '.cairn')
    const messages: string[] = []
    const first = await start(dataDir, (message) => messages.push(message))
    const cluster = (await readFile(join(dataDir, 'postgres.location'), 'utf8')).trim()
    assert.match(cluster, /\/cairn-codex\/data-[0-9a-f]{16}\/postgres$/)
    assert.equal(first.elsewhere, cluster)
    assert.equal(messages.length, 1)
    assert.match(messages[0] ?? '', new RegExp(`^The database is in ${cluster}, since \\w+ cannot reach `))
    await sql(first.url, `create table kept as select 'row' as text`)

    // A copy of the data directory leads to the same database: never two processes on it.
    await cp(dataDir, join(closed, 'copy'), { recursive: true })
    await assert.rejects(start(join(closed, 'copy')), new RegExp(`is in use by process ${process.pid};`))
    await first.stop()

    const second = await start(dataDir)
    assert.deepEqual(await sql(second.url, 'select text from kept'), [{ text: 'row' }])
    assert.equal(second.elsewhere, cluster)
    await second.stop()
    assert.equal((await stat(closed)).mode & 0o777, 0o700)

    // The data directory was removed, and is made anew at the same path.
    await rm(dataDir, { recursive: true })
    const third = await start(dataDir, (message) => messages.push(message))
    await assert.rejects(sql(third.url, 'select text from kept'), /does not exist/)
    await third.stop()
    const aside = (await readdir(dirname(cluster))).find((name) => name.startsWith('postgres.abandoned-'))
    assert.ok(aside)
    assert.ok(messages[1]?.includes(join(dirname(cluster), aside)))

    await rm(cluster, { recursive: true })
    await assert.rejects(
      start(dataDir),
      /was in .*, and is not there; bring it back, or remove .*postgres.location/,
    )
  },
)

test(
  'a database that was moved to where its user cannot reach it is refused in one sentence',
  asRoot,
  async () => {
    const open = await scratch()
    await (await start(join(open, 'data'))).stop()
    await chmod(open, 0o700)
    await assert.rejects(
      start(join(open, 'data')),
      /is out of reach for \w+, as whom PostgreSQL runs; open the /,
    )
    await chmod(open, 0o711)
    await (await start(join(open, 'data'))).stop()
  },
)

test(
  'programs that the other user cannot reach are copied once, and a damaged copy anew',
  asRoot,
  async () => {
    const closed = await closedDirectory()
    const installed = { ...(await installedBinaries()), root: closed }
    await cp(join((await installedBinaries()).root, 'native'), join(closed, 'native'), {
      recursive: true,
      filter: async (path) => !(await lstat(path)).isSymbolicLink(),
    })
    const account = await accountToRunAs()
    assert.ok(account)
    const untrusted = join(await scratch(), 'untrusted')
    await mkdir(untrusted)
    await chown(untrusted, account.uid, account.gid)
    const shelter = join(await scratch(), 'shelter')

    const copy = await makeRunnable(installed, account, [untrusted, shelter])
    assert.equal(dirname(copy.root), shelter)
    assert.deepEqual(await readdir(untrusted), [])
    const { ino } = await stat(copy.root)
    assert.deepEqual(await makeRunnable(installed, account, [shelter]), copy)
    assert.equal((await stat(copy.root)).ino, ino)

    await writeFile(join(copy.root, 'native', 'share', 'postgresql', 'postgres.bki'), '')
    await makeRunnable(installed, account, [shelter])
    assert.ok((await stat(join(copy.root, 'native', 'share', 'postgresql', 'postgres.bki'))).size > 0)
    assert.equal((await readdir(shelter)).length, 1)

    await assert.rejects(
      makeRunnable(installed, account, [untrusted]),
      /cannot be run by \w+ \(.*\), nor copied to .*untrusted; install Cairn where that user can reach it, or /,
    )
  },
)

test('a place that another user could write, or a link to one, is no shelter', asRoot, async () => {
  const dir = await scratch()
  await mkdir(join(dir, 'writable'))
  await chmod(join(dir, 'writable'), 0o777)
  await mkdir(join(dir, 'fine'))
  await symlink(join(dir, 'fine'), join(dir, 'link'))
  assert.equal(await openShelter([join(dir, 'writable'), join(dir, 'link')], undefined), undefined)
  assert.equal(await openShelter([join(dir, 'writable'), join(dir, 'fine')], undefined), join(dir, 'fine'))
})

test('an ordinary user needs none of this, and is told when a directory is not theirs', asRoot, async (t) => {
  const account = await accountToRunAs()
  assert.ok(account)
  if (!(await mayEnter(account, fileURLToPath(new URL('.', import.meta.url)))))
    return t.skip(`${account.name} cannot reach this checkout`)
  const dir = await scratch()
  const dataDir = join(dir, 'data')
  const refused = runStart(dataDir, { uid: account.uid, gid: account.gid })
  assert.match(
    await refused.line('refused'),
    /EmbeddedPostgresError: The data directory .* cannot be used \(EACCES/,
  )

  await mkdir(dataDir, { mode: 0o700 })
  await chown(dataDir, account.uid, account.gid)
  const first = runStart(dataDir, { uid: account.uid, gid: account.gid })
  await first.line('started')
  assert.equal((await stat(dataDir)).mode & 0o777, 0o700)
  await first.kill()
  const second = runStart(dataDir, { uid: account.uid, gid: account.gid })
  await second.line('adopted')
  await second.kill()
  // Root on a user's database is that user.
  const third = await start(dataDir)
  assert.equal(third.adopted, true)
  await third.stop()
  assert.equal((await stat(join(dataDir, 'postgres', 'PG_VERSION'))).uid, account.uid)
})

test('links that the install script would have made are made when they are missing', async () => {
  const installed = await installedBinaries()
  const root = await scratch()
  await cp(join(installed.root, 'native'), join(root, 'native'), {
    recursive: true,
    filter: async (path) => !(await lstat(path)).isSymbolicLink(),
  })
  const listed = JSON.parse(await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8')) as {
    target: string
  }[]
  assert.ok(listed.length > 0)
  assert.deepEqual(await makeRunnable({ ...installed, root }, undefined, []), { ...installed, root })
  for (const { target } of listed) assert.ok((await stat(join(root, target))).size > 0)
})
