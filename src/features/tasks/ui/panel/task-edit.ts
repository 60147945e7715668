import { useState } from 'react'
import { ApiProblem, get, patch } from '../../../../web/kit/api.ts'
import { notifyProblem } from '../../../../web/kit/problem.tsx'
import type { Task } from '../../schema.ts'
import { tasksChanged } from './task-data.ts'

/** The fields that are changed in place. */
export type Edit = Partial<Pick<Task, 'title' | 'description' | 'priority' | 'effort_estimate'>>

/** Two people changed the same field: what it was meant to become here, and the task as it has become there. */
export interface Conflict {
  readonly edit: Edit
  readonly base: Task
  readonly current: Task
}

export type SaveEdit = (base: Task, edit: Edit) => Promise<boolean>

/**
 * Saves edits against the version at which they were begun. Where somebody changed the task meanwhile but not the same
 * field, the edit is sent again; where it is the same field, both are shown, and one is chosen.
 */
export function useTaskEdit() {
  const [conflict, setConflict] = useState<Conflict | null>(null)

  async function save(base: Task, edit: Edit, turn = 0): Promise<boolean> {
    try {
      await patch(`/tasks/${base.id}`, edit, { version: base.version })
      setConflict(null)
      await tasksChanged()
      return true
    } catch (thrown) {
      if (!(thrown instanceof ApiProblem)) throw thrown
      if (thrown.status !== 412) {
        notifyProblem(thrown)
        return false
      }
      const current = await get<Task>(`/tasks/${base.id}`)
      const same = (Object.keys(edit) as (keyof Edit)[]).every((field) => current[field] === base[field])
      if (same && turn < 3) return save(current, edit, turn + 1)
      setConflict({ edit, base, current })
      await tasksChanged()
      return false
    }
  }

  return {
    conflict,
    save: ((base, edit) => save(base, edit)) satisfies SaveEdit,
    /** Ends a conflict: `mine` is saved over the other, or is dropped. */
    async settle(mine: boolean): Promise<void> {
      if (!conflict) return
      setConflict(null)
      if (mine) await save(conflict.current, conflict.edit)
    },
  }
}
