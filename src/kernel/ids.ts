import { v7 } from 'uuid'
import { z } from 'zod'

/** A new UUID version 7: sortable by time, so that index pages fill in order. */
export const newId = (): string => v7()

/** Any UUID in its usual spelling; stored and answered in lower case. */
export const Id = z
  .guid('must be a UUID')
  .toLowerCase()
  .meta({ description: 'UUID', examples: ['019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2a10'] })

/** The smallest UUID of version 7 that was made at a moment (milliseconds since 1970): ids sort by time. */
export function firstIdAt(milliseconds: number): string {
  const hex = Math.max(milliseconds, 0).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}
