import type { Feature } from '../../kernel/operation.ts'

export const webhooks: Feature = { name: 'webhooks' }
