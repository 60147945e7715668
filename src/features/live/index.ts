import type { Feature } from '../../kernel/operation.ts'
import { liveChannel } from './channel.ts'
import { socketsPerKey } from './limits.ts'
import { eventStream, taskOfEvent } from './stream.ts'
import { watchCommand } from './watch.ts'

export { liveChannel, type Held, type LiveChannel } from './channel.ts'
export type { Limits } from './limits.ts'

const channel = liveChannel()

/** The record, sent to whoever follows it over a WebSocket. */
export const live: Feature = {
  name: 'live',
  settings: [socketsPerKey],
  channels: [channel],
  graph: { relations: [taskOfEvent], streams: [eventStream((app) => channel.liveOf(app))] },
  commands: [watchCommand],
}
