import { listOf, optionalSetting, setting, trueOrFalse, wholeNumber } from '../../kernel/settings.ts'
import { parseNetwork } from './address.ts'

const MOST_WAITS = 10

/** Seconds to wait before the second try of a delivery, the third, and so on: as many tries follow the first. */
export const retrySeconds = setting({
  name: 'CAIRN_WEBHOOK_RETRY_SECONDS',
  description: `Seconds to wait before each further try of a webhook's delivery, comma-separated: 1 to ${MOST_WAITS} of them`,
  fallback: '30,120,300',
  parse: (text) => {
    const waits = listOf(wholeNumber(0, 86_400))(text)
    if (waits.length < 1 || waits.length > MOST_WAITS)
      throw new Error(`must be 1 to ${MOST_WAITS} whole numbers from 0 to 86400, comma-separated`)
    return waits
  },
})

/** Whether webhooks may call this machine; absent: where the server is for this machine alone. */
export const allowLoopback = optionalSetting({
  name: 'CAIRN_WEBHOOK_ALLOW_LOOPBACK',
  description:
    'Whether webhooks may call this machine; unless said, where the database is embedded and HOST is loopback',
  parse: trueOrFalse,
})

/** Networks that webhooks may call although they are not public. */
export const allowedNetworks = setting({
  name: 'CAIRN_WEBHOOK_ALLOWED_NETWORKS',
  description: 'Private networks that webhooks may call, as comma-separated CIDR such as 10.20.0.0/16',
  fallback: '',
  parse: listOf(parseNetwork),
})

/** Days that deliveries are kept. */
export const retentionDays = setting({
  name: 'CAIRN_WEBHOOK_RETENTION_DAYS',
  description: 'Days that the log of deliveries is kept',
  fallback: '30',
  parse: wholeNumber(1, 3650),
})
