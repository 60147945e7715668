import { memo } from 'react'
import classes from './tags.module.css'

/** Tags in a row that may be cut off: as many as fit. */
export const TagRow = memo(function TagRow({ tags }: { tags: readonly string[] }) {
  return (
    <span className={classes.row} title={tags.join(', ')}>
      {tags.map((tag) => (
        <span key={tag} className={classes.tag}>
          {tag}
        </span>
      ))}
    </span>
  )
})
