import { useGoTo, usePathParameter } from '../../../../web/kit/address.ts'
import { TaskDetails } from './task-details.tsx'
import classes from './task-details.module.css'

/** A task as a screen of its own. */
export default function TaskScreen() {
  const reference = usePathParameter('task') ?? ''
  const goTo = useGoTo()
  return (
    <div className={classes.screen}>
      <TaskDetails reference={reference} gone={() => goTo('/tasks')} tools={null} />
    </div>
  )
}
