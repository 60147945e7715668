import type { Daemon } from '../../kernel/daemon.ts'
import { closeWebhookClient } from './call.ts'
import { Delivery } from './delivery.ts'
import { FanOut } from './fan-out.ts'

export const deliverWebhooks: Daemon = {
  name: 'deliver-webhooks',
  summary: 'Moves events of the record into the queues of webhooks, and delivers them.',
  start(app) {
    const stopping = new AbortController()
    const delivery = new Delivery(app, (tenant) => fanOut.settled(tenant))
    const fanOut = new FanOut(app, () => delivery.nudge())
    const running = Promise.all([fanOut.run(stopping.signal), delivery.run(stopping.signal)])
    return async () => {
      stopping.abort()
      await running
      await closeWebhookClient(app)
    }
  },
}
