import { randomUUID } from 'node:crypto'
import { Pool } from 'undici'

/** A client that keeps its connections. */
export interface HttpClient {
  /** Sends a request and answers its body. Throws where the status is 400 or more. */
  call<Body>(method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown): Promise<Body>
  close(): Promise<void>
}

/** `retries`: each POST has an Idempotency-Key, as of a client that may send it again. */
export function openHttp(url: string, key: string, connections: number, retries = false): HttpClient {
  const pool = new Pool(url, { connections, pipelining: 1 })
  const authorization = `Bearer ${key}`
  return {
    async call<Body>(method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown) {
      const { statusCode, body: answer } = await pool.request({
        method,
        path,
        headers: {
          authorization,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(retries && method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      if (statusCode >= 400) throw new Error(`${method} ${path}: ${statusCode} ${text}`)
      return JSON.parse(text) as Body
    },
    close: () => pool.close(),
  }
}
