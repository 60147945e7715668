export { Cairn } from './cairn.ts'
export type {
  Answered,
  BodyOf,
  CairnOptions,
  Claim,
  Event,
  Execution,
  ListPath,
  PathsOf,
  SocketLike,
  SocketMaker,
  Task,
} from './cairn.ts'
export { claimLoop } from './claim-loop.ts'
export type { ClaimLoopOptions, Outcome, Settled, Tally, Turn, Work } from './claim-loop.ts'
export { follow } from './follow.ts'
export type { FollowOptions } from './follow.ts'
export { WorkAborted } from './lease.ts'
export type { components, operations, paths } from './openapi.ts'
export { CairnProblem, isProblem } from './problem.ts'
export type {
  ClientProblemCode,
  FieldError,
  OperationProblemCode,
  ProblemCode,
  ProblemDocument,
} from './problem.ts'
export type { CallLimits, Place } from './transport.ts'
