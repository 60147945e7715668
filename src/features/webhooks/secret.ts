import { randomBytes } from 'node:crypto'
import { SECRET_PREFIX } from './schema.ts'

/** A new secret of 32 random bytes. */
export const newSecret = (): string => `${SECRET_PREFIX}${randomBytes(32).toString('base64')}`
