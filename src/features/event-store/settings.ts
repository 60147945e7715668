import { optionalSetting, setting, webAddress, type Setting, type Settings } from '../../kernel/settings.ts'

/** What may stand in a header. Tokens of Fly hold spaces. */
const token = (text: string): string => {
  if (!/^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(text)) throw new Error('must be printable ASCII on one line')
  return text
}

export const eventStoreUrl = optionalSetting({
  name: 'CAIRN_EVENT_STORE_URL',
  description:
    'The event store that the whole record is sent to, in batches by POST; nothing is sent when not set',
  parse: webAddress,
})

export const eventStoreHealthUrl = optionalSetting({
  name: 'CAIRN_EVENT_STORE_HEALTH_URL',
  description: "Asked by GET before each batch; the event store's origin and /health when not set",
  parse: webAddress,
})

export const eventStoreToken = optionalSetting({
  name: 'CAIRN_EVENT_STORE_TOKEN',
  description: 'Sent to the event store as a bearer token',
  secret: true,
  parse: token,
})

export const flyApp = optionalSetting({
  name: 'CAIRN_FLY_APP',
  description: "The event store's app at Fly, whose machines are started when the store is down",
  parse: (text) => {
    if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text))
      throw new Error('must be the name of an app: lower-case letters, digits and hyphens')
    return text
  },
})

export const flyApiToken = optionalSetting({
  name: 'CAIRN_FLY_API_TOKEN',
  description: 'A token of Fly that may list and start the machines of CAIRN_FLY_APP',
  secret: true,
  parse: token,
})

export const flyApiUrl = setting({
  name: 'CAIRN_FLY_API_URL',
  description: "Fly's Machines API; http://_api.internal:4280 inside Fly's network",
  fallback: 'https://api.machines.dev',
  parse: webAddress,
})

/** In the order in which `cairn config` lists them. */
export const eventStoreSettings: readonly Setting<unknown>[] = [
  eventStoreUrl,
  eventStoreHealthUrl,
  eventStoreToken,
  flyApp,
  flyApiToken,
  flyApiUrl,
]

/** The event store of this installation, as the settings name it. */
export interface Store {
  readonly url: URL
  /** The URL without its query, which may hold a secret: for people. */
  readonly shown: string
  readonly health: URL
  readonly token: string | undefined
  /** How to wake it; undefined where it is not Fly's to wake. */
  readonly fly: { readonly app: string; readonly token: string; readonly api: URL } | undefined
  /** What must not be shown even where the store or Fly repeats it. */
  readonly secrets: readonly string[]
}

/** The event store, or undefined where there is none. */
export function storeOf(settings: Settings): Store | undefined {
  const url = settings.get(eventStoreUrl)
  if (!url) return undefined
  const [health, bearer] = [settings.get(eventStoreHealthUrl), settings.get(eventStoreToken)]
  const [app, key, api] = [settings.get(flyApp), settings.get(flyApiToken), settings.get(flyApiUrl)]
  const queries = [url, health].flatMap((each) => (each ? [...each.searchParams.values(), each.search] : []))
  return {
    url,
    shown: url.origin + url.pathname,
    health: health ?? new URL('/health', url),
    token: bearer,
    fly: app && key ? { app, token: key, api } : undefined,
    secrets: [bearer, key, ...queries].filter((each): each is string => Boolean(each)),
  }
}

/** What the settings say that has no effect or only half of one, one sentence each. */
export function senselessSettings(settings: Settings): string[] {
  const given = ({ name }: Setting<unknown>): boolean =>
    settings.list().some((each) => each.name === name && each.source !== 'default')
  const alone = [eventStoreHealthUrl, eventStoreToken, flyApp, flyApiToken, flyApiUrl].filter(given)
  if (!given(eventStoreUrl))
    return alone.map(({ name }) => `${name} has no effect without ${eventStoreUrl.name}.`)
  if (given(flyApp) !== given(flyApiToken)) {
    const [there, missing] = given(flyApp) ? [flyApp, flyApiToken] : [flyApiToken, flyApp]
    return [`${there.name} is set and ${missing.name} is not: the event store is not woken when it is down.`]
  }
  return given(flyApiUrl) && !given(flyApp) ? [`${flyApiUrl.name} has no effect without ${flyApp.name}.`] : []
}
