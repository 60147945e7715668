import { useRef, useState } from 'react'
import { ApiProblem, get, patch, post } from '../../../../web/kit/api.ts'
import { notifyProblem } from '../../../../web/kit/problem.tsx'
import type { Task } from '../../schema.ts'
import { tasksChanged } from './task-data.ts'

/** The fields that are changed in place, one in an edit. */
export type Edit = Partial<Pick<Task, 'title' | 'description' | 'priority' | 'effort_estimate' | 'tags'>>

/** Two people changed the same field: what it was meant to become here, and the task as it has become there. */
export interface Conflict {
  readonly edit: Edit
  readonly base: Task
  readonly current: Task
}

/** Resolves to whether the edit is kept: it is saved, or shown as one side of a conflict. Where not, that was told. */
export type SaveEdit = (base: Task, edit: Edit) => Promise<boolean>

const send = ({ id, version }: Task, edit: Edit): Promise<unknown> =>
  edit.tags ? post(`/tasks/${id}/tags`, edit.tags, { version }) : patch(`/tasks/${id}`, edit, { version })

const isSame = (field: keyof Edit, one: Edit, other: Edit): boolean =>
  field in other && JSON.stringify(one[field]) === JSON.stringify(other[field])

/**
 * Saves edits of one task, one after the other, against the version at which they were begun. Where the task changed
 * meanwhile but not in the same field, or only by the edit before it, the edit is sent again; where it has become what the
 * edit makes of it (its own answer was lost), it is saved; where somebody else changed the field, both are shown, and one is
 * chosen.
 */
export function useTaskEdit() {
  const [conflict, setConflict] = useState<Conflict | null>(null)
  /** What each field was last given here: an edit may begin before the page shows what the one before it made. */
  const own = useRef<Edit>({})
  /** Ends when the edits so far are saved: two on their way at once could arrive the wrong way round. */
  const line = useRef<Promise<unknown>>(Promise.resolve())

  async function save(base: Task, edit: Edit, turn = 0): Promise<boolean> {
    try {
      await send(base, edit)
      own.current = { ...own.current, ...edit }
      setConflict(null)
      await tasksChanged()
      return true
    } catch (thrown) {
      if (!(thrown instanceof ApiProblem)) throw thrown
      if (thrown.status !== 412) {
        notifyProblem(thrown)
        return false
      }
      return meet(base, edit, turn)
    }
  }

  /** What becomes of an edit whose task has changed meanwhile. */
  async function meet(base: Task, edit: Edit, turn: number): Promise<boolean> {
    let current: Task
    try {
      current = await get<Task>(`/tasks/${base.id}`)
    } catch (thrown) {
      if (!(thrown instanceof ApiProblem)) throw thrown
      notifyProblem(thrown)
      return false
    }
    const fields = Object.keys(edit) as (keyof Edit)[]
    if (fields.every((field) => isSame(field, current, edit))) setConflict(null)
    else {
      const expected = fields.every((field) =>
        [base, own.current].some((known) => isSame(field, current, known)),
      )
      if (expected && turn < 3) return save(current, edit, turn + 1)
      setConflict({ edit, base, current })
    }
    await tasksChanged()
    return true
  }

  const saveInLine: SaveEdit = (base, edit) => {
    const saved = line.current.then(() => save(base, edit))
    line.current = saved.catch(() => undefined)
    return saved
  }

  return {
    conflict,
    save: saveInLine,
    /** Ends a conflict: `mine` is saved over the other, or is dropped. */
    async settle(mine: boolean): Promise<void> {
      if (!conflict) return
      if (mine) await saveInLine(conflict.current, conflict.edit)
      else setConflict(null)
    },
  }
}
