import { isObject, type JsonObject } from './json-object.ts'

const NAME = /^[\w.-]{1,100}$/
const REFERENCE = /^[([]?([\w.-]{1,100}\/[\w.-]{1,100})?(?:#|gh-)([1-9]\d{0,14})[.,;:)\]]*$/i

/** An issue as people name it: `repository` is null where the reference leaves it out. */
export interface IssueName {
  repository: string | null
  number: number
}

/** `owner/repo` of the path segments before `at`, where they can be one. */
const repositoryBefore = (segments: readonly string[], at: number): string | null => {
  const [owner = '', name = ''] = segments.slice(Math.max(0, at - 2), Math.max(0, at))
  return NAME.test(owner) && NAME.test(name) ? `${owner}/${name}` : null
}

/**
 * What the address of an issue or a pull request says: on github.com, on a server of one's own, or in their
 * APIs.
 */
export function readAddress(url: unknown): (IssueName & { pull: boolean }) | null {
  if (typeof url !== 'string' || url.length > 1000 || !/^https?:\/\//.test(url)) return null
  const segments = url.split(/[?#]/, 1)[0]!.split('/')
  const at = segments.findIndex(
    (segment, index) => index > 4 && ['issues', 'pull', 'pulls'].includes(segment),
  )
  const repository = repositoryBefore(segments, at)
  const number = segments[at + 1] ?? ''
  if (at < 0 || !repository || !/^[1-9]\d{0,14}$/.test(number)) return null
  return { repository, number: Number(number), pull: segments[at] !== 'issues' }
}

/** `owner/repo` of an issue, wherever it says so; null where it does not. */
export function repositoryOf(issue: JsonObject): string | null {
  const address = readAddress(issue['html_url']) ?? readAddress(issue['url'])
  if (address) return address.repository
  const api = issue['repository_url']
  const { nameWithOwner, full_name } = isObject(issue['repository']) ? issue['repository'] : {}
  const name = api ?? nameWithOwner ?? full_name
  if (typeof name !== 'string' || name.length > 1000) return null
  const segments = name.split('/')
  return repositoryBefore(segments, segments.length)
}

/**
 * An issue in a text: `#12`, `owner/repo#12`, `GH-12`, or its address, with what punctuation follows; else
 * null.
 */
export function readReference(word: string): IssueName | null {
  if (word.length > 1000) return null
  const reference = REFERENCE.exec(word)
  if (reference) return { repository: reference[1] ?? null, number: Number(reference[2]) }
  return readAddress(word.replace(/[.,;:)\]]{1,9}$/, ''))
}
