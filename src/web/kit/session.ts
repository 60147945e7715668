import { useSyncExternalStore } from 'react'

/** Where the key is kept: in this browser alone, and sent as a header alone. */
const STORAGE = 'cairn.key'

/** Whether there is a key, and why the last one went. */
export interface Session {
  readonly key: string | null
  /** What to tell somebody who must log in again. */
  readonly notice: string | null
}

let session: Session = { key: localStorage.getItem(STORAGE), notice: null }
const listeners = new Set<() => void>()

function change(next: Session): void {
  session = next
  for (const listener of listeners) listener()
}

/** Logs in with a key that was checked. */
export function logIn(key: string): void {
  localStorage.setItem(STORAGE, key)
  change({ key, notice: null })
}

/** Forgets the key; `notice` says why where it was not the user's own wish. */
export function logOut(notice: string | null = null): void {
  localStorage.removeItem(STORAGE)
  change({ key: null, notice })
}

/** A key that was refused is forgotten, unless another has taken its place meanwhile. */
export function keyRefused(key: string | null, detail: string): void {
  if (key !== null && key === session.key) logOut(detail)
}

// Logging out in one window is logging out in all.
addEventListener('storage', (event) => {
  if (event.key === STORAGE || event.key === null)
    change({ key: localStorage.getItem(STORAGE), notice: null })
})

/** The key of now; for calls, not for what is drawn. */
export const currentKey = (): string | null => session.key

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Tells when the key changes. Returns how to stop. */
export const onSession = subscribe

export const useSession = (): Session => useSyncExternalStore(subscribe, () => session)
