import { useQuery } from '@tanstack/react-query'
import { get, type ApiProblem } from '../../../web/kit/api.ts'
import { ProblemAlert } from '../../../web/kit/problem.tsx'
import type { Task } from '../schema.ts'
import classes from './cycle.module.css'
import { TaskLine } from './task-line.tsx'

/** Why an edge was refused; where it would have closed a loop, the loop, task by task. */
export function RefusedEdge({ problem }: { problem: ApiProblem }) {
  const cycle = problem.code === 'dependency_cycle' ? idsOf(problem.members['cycle']) : []
  return cycle.length > 0 ? <Loop ids={cycle} /> : <ProblemAlert problem={problem} />
}

const idsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((id) => typeof id === 'string') : []

function Loop({ ids }: { ids: readonly string[] }) {
  const tasks = useQuery<Task[], ApiProblem>({
    queryKey: ['task', 'loop', ids],
    queryFn: ({ signal }) => Promise.all(ids.map((id) => get<Task>(`/tasks/${id}`, { signal }))),
  })
  return (
    <div role="alert" className={classes.loop}>
      <strong>That would close a loop, in which no task could ever start</strong>
      <p>Each of these waits for the next, and the last for the first:</p>
      <ol>
        {tasks.data?.map((task) => (
          <li key={task.id}>
            <TaskLine task={task} />
          </li>
        ))}
      </ol>
    </div>
  )
}
