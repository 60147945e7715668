import { z } from 'zod'
import { operation } from '../../kernel/operation.ts'
import { validationFailed } from '../../kernel/problem.ts'
import { secretExample } from './example.ts'
import { VerifySignature } from './schema.ts'
import { isSha256Signature, isStandardSignature } from './signature.ts'

/** Says whether a signature is a secret's, for those who write a receiver. */
export const verifySignature = operation({
  name: 'webhooks.verify',
  summary: 'Check a signature, to test a receiver',
  description:
    'A receiver does this by itself, with a library of standardwebhooks.com or by HMAC-SHA256; this is to compare with. How old the timestamp is, is not judged here.',
  http: { method: 'POST', path: '/webhooks/verify', status: 200 },
  permission: 'authenticated',
  runs: 'read',
  input: VerifySignature,
  output: z.strictObject({ valid: z.boolean() }),
  examples: [
    {
      summary: 'X-Webhook-Signature',
      input: {
        payload: '{"id":"019aaf3e-5b1c-7d2a-9c55-0d8f4f3f2b00"}',
        signature: 'sha256=e75dcd3ed0e30084b9b43e75b8a0c15dc6b39b2d271fa6d0638c24993af1695b',
        secret: secretExample,
      },
      output: { valid: true },
    },
  ],
  async run(_ctx, { payload, signature, secret, id, timestamp }) {
    if (id === undefined && timestamp === undefined)
      return { valid: isSha256Signature(signature, payload, secret) }
    if (id === undefined || timestamp === undefined)
      throw validationFailed([
        { path: id === undefined ? 'id' : 'timestamp', message: 'is needed as well for webhook-signature' },
      ])
    return { valid: isStandardSignature(signature, payload, secret, { id, timestamp }) }
  },
})
