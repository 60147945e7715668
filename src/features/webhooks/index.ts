import type { Feature } from '../../kernel/operation.ts'
import { attempts } from './attempt-jobs.ts'
import { deliverWebhooks } from './daemon.ts'
import { getDelivery, listDeliveries, redeliverEvent, testWebhook } from './deliveries.ts'
import { forgetDeliveries } from './duties.ts'
import { webhooksTables } from './migrations/202611220900_webhooks.ts'
import { olderSecrets } from './migrations/202611271030_older_secrets.ts'
import { redeliverSince } from './redeliver.ts'
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  rotateSecret,
  updateWebhook,
} from './registry.ts'
import { allowedNetworks, allowLoopback, retentionDays, retrySeconds } from './settings.ts'
import { verifySignature } from './verify.ts'

export { webhookJson } from './sql.ts'

/** The record, told to other programs: signed requests, tried again, in the order of each entity. */
export const webhooks: Feature = {
  name: 'webhooks',
  migrations: [webhooksTables, olderSecrets],
  tables: ['webhook_deliveries', 'webhook_queue', 'webhook_cursors', 'webhooks'],
  settings: [retrySeconds, allowLoopback, allowedNetworks, retentionDays],
  graph: {
    names: {
      'webhooks.verify': 'verify_webhook_signature',
      'webhooks.rotate_secret': 'rotate_webhook_secret',
      'webhooks.list_deliveries': 'webhook_deliveries',
      'webhooks.redeliver': 'redeliver_webhook_events',
      'webhooks.redeliver_event': 'redeliver_webhook_event',
    },
  },
  operations: [
    createWebhook,
    listWebhooks,
    verifySignature,
    getWebhook,
    updateWebhook,
    deleteWebhook,
    rotateSecret,
    testWebhook,
    redeliverSince,
    listDeliveries,
    getDelivery,
    redeliverEvent,
  ],
  daemons: [deliverWebhooks],
  duties: [forgetDeliveries],
  queues: [attempts],
  events: {
    'webhook.created': 'A webhook was registered',
    'webhook.updated': 'A webhook was changed, parked or resumed, or its secret rotated',
    'webhook.disabled': 'A webhook was switched off by the server, after its last try failed',
    'webhook.deleted': 'A webhook was deleted',
    'webhook.test': 'Sent to one webhook on request, to try it; it is not in the record',
  },
}
