import { features } from '../src/features/index.ts'
import { assemble } from '../src/kernel/application.ts'
import { migrate } from '../src/kernel/migrate.ts'

/** Brings the empty database at `url` to the newest schema; every test's database is a copy of it. */
export const prepareTemplate = async (url: string): Promise<void> => {
  await migrate(url, assemble(features).migrations)
}
