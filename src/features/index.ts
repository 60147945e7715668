import type { Feature } from '../kernel/operation.ts'
import { access } from './access/index.ts'
import { audit } from './audit/index.ts'
import { briefs } from './briefs/index.ts'
import { dashboard } from './dashboard/index.ts'
import { dependencies } from './dependencies/index.ts'
import { eventStore } from './event-store/index.ts'
import { executions } from './executions/index.ts'
import { imports } from './imports/index.ts'
import { lifecycle } from './lifecycle/index.ts'
import { live } from './live/index.ts'
import { onboarding } from './onboarding/index.ts'
import { swarm } from './swarm/index.ts'
import { tasks } from './tasks/index.ts'
import { verify } from './verify/index.ts'
import { webhooks } from './webhooks/index.ts'

export { apiKey, authenticate } from './access/index.ts'

/** Every feature, in order: each imports only from those before it. */
export const features: readonly Feature[] = [
  access,
  tasks,
  dependencies,
  executions,
  lifecycle,
  briefs,
  audit,
  webhooks,
  live,
  eventStore,
  imports,
  swarm,
  verify,
  dashboard,
  onboarding,
]
