import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import { loadSettings } from '../../kernel/settings.ts'
import { openDatabase } from './database.ts'
import { allSettings } from './settings.ts'
import { Workplace } from './testing.ts'

const place = new Workplace()
after(() => place.close())

const open = (settings: Readonly<Record<string, string>>) =>
  openDatabase(loadSettings(allSettings, settings), () => undefined)

test(
  'each start says where the database of root below a closed directory really is',
  { skip: process.getuid?.() === 0 ? false : 'only root has a database elsewhere' },
  async () => {
    const closed = path.join(place.directory, 'closed')
    mkdirSync(closed)
    chmodSync(closed, 0o700)
    const dataDir = path.join(closed, 'data')
    let cluster = ''
    try {
      for (const start of ['first', 'second']) {
        const database = await open({ CAIRN_DATA_DIR: dataDir })
        await database.stop()
        cluster = readFileSync(path.join(dataDir, 'postgres.location'), 'utf8').trim()
        assert.equal(database.place, `embedded, in ${cluster}, which ${dataDir} leads to`, start)
      }
    } finally {
      if (cluster) rmSync(path.dirname(cluster), { recursive: true })
    }
  },
)

test('a database within its data directory is said to be there', async () => {
  const dataDir = path.join(place.directory, 'open')
  const database = await open({ CAIRN_DATA_DIR: dataDir })
  await database.stop()
  assert.equal(database.place, `embedded, in ${dataDir}`)
})
