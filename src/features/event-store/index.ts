import type { Feature } from '../../kernel/operation.ts'

export const eventStore: Feature = { name: 'event-store' }
