import type { Feature } from '../../kernel/operation.ts'
import { guide } from './guide.ts'
import { taskBrief } from './operations.ts'

/** What an agent must know to begin: a task's brief within a budget of tokens. */
export const briefs: Feature = {
  name: 'briefs',
  operations: [taskBrief],
  lessons: [guide],
}
