import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { eventually } from '../../test/eventually.ts'
import { testServer, type TestServer } from '../../test/server.ts'
import { createTask } from '../../test/tasks.ts'
import { Duties, heldFragment, type Duty } from './duty.ts'

let server: TestServer
const running: Duties[] = []
/** What lets runs go that are held up. */
const held: (() => void)[] = []
before(async () => {
  server = await testServer()
  await server.app.duties.stop()
  await server.sql('CREATE TABLE written (by text NOT NULL)')
})
after(() => server.close())
afterEach(async () => {
  for (const letGo of held.splice(0)) letGo()
  await Promise.all(running.splice(0).map((duties) => duties.stop()))
  await server.sql('TRUNCATE written')
})

/** Starts what a server of this name would: one duty, which writes its name down. */
function start(name: string, duty: Partial<Duty> = {}): Duties {
  const writes: Duty = {
    name,
    summary: 'Writes its name down.',
    everyMilliseconds: 5,
    async run({ db }) {
      await db.query('INSERT INTO written VALUES ($1)', [name])
      return 0
    },
    ...duty,
  }
  const duties = new Duties(server.app, [writes])
  duties.start()
  running.push(duties)
  return duties
}

const writtenBy = async (name: string): Promise<number> =>
  (await server.sql('SELECT FROM written WHERE by = $1', [name])).length

test('of two servers one runs the duties, and the other takes over when it stops', async () => {
  const first = start('first')
  await eventually('the first leads', async () => (await writtenBy('first')) > 0)
  const second = start('second')
  await eventually('the first goes on', async () => (await writtenBy('first')) > 20)
  assert.equal(await writtenBy('second'), 0)
  assert.deepEqual([first.leads, second.leads], [true, false])

  await first.stop()
  const before = await writtenBy('first')
  await eventually('the second leads', async () => (await writtenBy('second')) > 0)
  assert.equal(await writtenBy('first'), before)
  assert.equal(first.leads, false)
})

test('a leader that says nothing is replaced when its time is over', async () => {
  await server.sql(
    `UPDATE leadership SET holder = gen_random_uuid(), epoch = epoch + 1, held_until = now() + interval '1 hour'`,
  )
  start('patient')
  await server.sql(`UPDATE leadership SET held_until = now() - interval '1 second'`)
  await eventually('the patient one leads', async () => (await writtenBy('patient')) > 0)
})

test('a server that is alone on its database waits for no leader', async () => {
  await server.sql(
    `UPDATE leadership SET holder = gen_random_uuid(), epoch = epoch + 1, held_until = now() + interval '1 hour'`,
  )
  const alone = new Duties(server.app, [], true)
  running.push(alone)
  alone.start()
  await eventually('it leads', () => alone.leads)
})

test('a leader that was overtaken changes nothing more, though it still thinks that it leads', async () => {
  const leader = start('overtaken')
  await eventually('it leads', async () => (await writtenBy('overtaken')) > 0)
  await server.sql(
    `UPDATE leadership SET holder = gen_random_uuid(), epoch = epoch + 1, held_until = now() + interval '1 hour'`,
  )
  const written = await writtenBy('overtaken')
  await eventually('it has heard of it', () => !leader.leads)
  assert.equal(await writtenBy('overtaken'), written)
  await server.sql(`UPDATE leadership SET held_until = now()`)
})

test('a statement that holds the leadership of another epoch does nothing', async () => {
  const leader = start('statement', {
    holds: 'statement',
    async run({ db, leadership: { holder, epoch } }) {
      const text = `WITH held AS MATERIALIZED (${heldFragment})
        INSERT INTO written SELECT 'statement' FROM held`
      await db.query(text, [holder, epoch])
      return 0
    },
  })
  await eventually('it leads', async () => (await writtenBy('statement')) > 0)
  await server.sql(
    `UPDATE leadership SET holder = gen_random_uuid(), epoch = epoch + 1, held_until = now() + interval '1 hour'`,
  )
  const written = await writtenBy('statement')
  await eventually('it has heard of it', () => !leader.leads)
  assert.equal(await writtenBy('statement'), written)
  await server.sql(`UPDATE leadership SET held_until = now()`)
})

test('news that come while a duty runs are not lost', async () => {
  let runs = 0
  let news: (() => void) | undefined
  start('busy with nothing', {
    everyMilliseconds: 3_600_000,
    onNews: 'committed',
    run: async () => {
      runs++
      news?.()
      news = undefined
      return 0
    },
  })
  await eventually('it ran when it began to lead', () => runs > 0)
  const before = runs
  news = () => server.app.wake.committed()
  server.app.wake.committed()
  await eventually('it ran for both', () => runs === before + 2)
})

test('what a failed run wrote is taken back, and it is tried again', async () => {
  let runs = 0
  const failing = start('failing', {
    async run({ db }) {
      await db.query(`INSERT INTO written VALUES ('failing')`)
      if (++runs === 1) throw new Error('the first time')
      return 0
    },
  })
  await eventually('it ran again', async () => (await writtenBy('failing')) > 0)
  // Else a run might be between its count and its commit.
  await failing.stop()
  assert.ok(runs >= 2)
  assert.equal(await writtenBy('failing'), runs - 1)
})

test('a run that did something is followed by the next at once', async () => {
  let left = 50
  start('busy', {
    everyMilliseconds: 3_600_000,
    run: async () => (left > 0 ? left-- : 0),
  })
  await eventually('all is done', () => left === 0)
})

test('a duty that waits for commits is woken by one', async () => {
  let runs = 0
  start('woken', { everyMilliseconds: 3_600_000, onNews: 'committed', run: async () => (runs++, 0) })
  await eventually('it ran when it began to lead', () => runs > 0)
  const before = runs
  await eventually('it was woken', async () => {
    await createTask(server)
    return runs > before
  })
})

test('effects come after the commit, and none after a failure', async () => {
  const effects: string[] = []
  let runs = 0
  start('effective', {
    run: async ({ afterCommit }) => {
      runs++
      afterCommit(() => effects.push(`run ${runs}`))
      if (runs === 1) throw new Error('the first time')
      return 0
    },
  })
  await eventually('an effect came', () => effects.length > 0)
  assert.equal(effects[0], 'run 2')
})

test('a leader whose run takes long goes on saying that it is there, and goes on with its other duties', async () => {
  let end = (): void => undefined
  const ended = new Promise<void>((resolve) => (end = resolve))
  held.push(() => end())
  let runs = 0
  const leader = start('takes long', {
    everyMilliseconds: 3_600_000,
    async run({ db }) {
      if (runs++ > 0) return 0
      await db.query(`SELECT pg_backend_pid()`)
      // Busy all the while: no silence that ends its transaction.
      const busy = setInterval(() => void db.query('SELECT').catch(() => undefined), 1_000)
      await ended
      clearInterval(busy)
      return 0
    },
  })
  await eventually('it runs', () => runs > 0)
  const heldUntil = async (): Promise<number> =>
    (await server.sql(`SELECT extract(epoch FROM held_until)::float8 AS at FROM leadership`))[0].at
  const before = await heldUntil()
  await eventually('it has said so three times', async () => (await heldUntil()) > before + 6)
  assert.equal(leader.leads, true)
  end()
})

test('a rival waits for the run of a leader whose time is over, which then finds nothing', async () => {
  let end = (): void => undefined
  const ended = new Promise<void>((resolve) => (end = resolve))
  held.push(() => end())
  let runs = 0
  start('overtaken', {
    async run({ db }) {
      await db.query(`INSERT INTO written VALUES ('overtaken')`)
      if (runs++ === 0) await ended
      return 0
    },
  })
  await eventually('it runs', () => runs > 0)
  const rival = new Duties(server.app, [], true)
  running.push(rival)
  rival.start()
  await eventually(
    'the rival waits',
    async () =>
      (
        await server.sql(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'UPDATE leadership%'`,
        )
      ).length > 0,
  )
  assert.equal(rival.leads, false)
  end()
  await eventually('the rival leads', () => rival.leads)
  const written = await writtenBy('overtaken')
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(await writtenBy('overtaken'), written)
})

test('a leader that is paused in the midst of a run does not keep its rivals waiting', async () => {
  let end = (): void => undefined
  const paused = new Promise<void>((resolve) => (end = resolve))
  held.push(() => end())
  let runs = 0
  const leader = start('paused', {
    async run({ db }) {
      await db.query(`INSERT INTO written VALUES ('paused')`)
      if (runs++ === 0) await paused
      return 0
    },
  })
  await eventually('it runs', () => runs > 0)
  // Of a process that is paused nothing goes on; here its other statements are kept from the database.
  await server.sql(`UPDATE leadership SET held_until = now() - interval '1 second'`).catch(() => undefined)
  assert.ok(leader.leads)
  const rival = new Duties(server.app, [], true)
  running.push(rival)
  rival.start()
  await eventually('the rival leads', () => rival.leads)
  end()
  await eventually('the paused one has heard of it', () => !leader.leads)
  assert.equal(await writtenBy('paused'), 0)
})
