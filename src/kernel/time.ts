import { z } from 'zod'

/** Answers carry times as RFC 3339 in UTC, with microseconds; `rfc3339()` in SQL writes them. */
export const Time = z.iso
  .datetime()
  .meta({ description: 'RFC 3339, UTC', examples: ['2026-11-22T09:30:00.000000Z'] })
