import { isIP } from 'node:net'
import { listOf, setting, trueOrFalse, wholeNumber } from '../../kernel/settings.ts'
import { limitSettings } from './limits.ts'

export const port = setting({
  name: 'PORT',
  description: 'Where the server listens',
  fallback: '3000',
  parse: wholeNumber(0, 65_535),
})

export const host = setting({
  name: 'HOST',
  description: 'The address it listens on; 0.0.0.0 for all',
  fallback: '127.0.0.1',
  parse: (text) => {
    if (isIP(text) === 0 && !/^[a-z0-9.-]+$/i.test(text))
      throw new Error('must be an IP address or a host name')
    return text
  },
})

export const corsOrigins = setting({
  name: 'CAIRN_CORS_ORIGINS',
  description: 'Origins that browsers may call from, comma-separated; none by default',
  fallback: '',
  parse: listOf((text) => {
    if (!URL.canParse(text) || new URL(text).origin !== text)
      throw new Error(`must list origins such as https://app.example.com, not ${text}`)
    return text
  }),
})

export const metricsPublic = setting({
  name: 'CAIRN_METRICS_PUBLIC',
  description: 'Whether /metrics answers without a key',
  fallback: 'false',
  parse: trueOrFalse,
})

export const httpSettings = [port, host, corsOrigins, metricsPublic, ...limitSettings]
