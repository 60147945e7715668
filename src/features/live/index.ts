import type { Feature } from '../../kernel/operation.ts'

export const live: Feature = { name: 'live' }
