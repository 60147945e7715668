import type { Duty } from '../../kernel/duty.ts'
import { setting, wholeNumber } from '../../kernel/settings.ts'
import { forgottenAssignments, releaseForgotten } from './sql.ts'

export const assignmentMinutes = setting({
  name: 'CAIRN_ASSIGNMENT_MINUTES',
  description: 'A task assigned and not started for so many minutes goes back to ready',
  fallback: '60',
  parse: wholeNumber(1, 525_600),
})

const ORIGIN = JSON.stringify({ kind: 'system', id: null, name: 'assignment-timeout', request_id: null })

export const releaseForgottenAssignments: Duty = {
  name: 'release-forgotten-assignments',
  summary: 'Makes tasks ready again that were assigned and not started for CAIRN_ASSIGNMENT_MINUTES.',
  everyMilliseconds: 10_000,
  async run({ db, app, afterCommit }) {
    const minutes = app.settings.get(assignmentMinutes)
    let released = 0
    for (const { tenant_id } of await forgottenAssignments({ db }, minutes))
      released += (await releaseForgotten({ db, tenant: tenant_id }, ORIGIN, minutes)).length
    if (released > 0) afterCommit(() => app.wake.committed())
    return released
  },
}
