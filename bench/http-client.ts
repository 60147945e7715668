import { randomUUID } from 'node:crypto'
import { Pool } from 'undici'

/** A client that keeps its connections. */
export interface HttpClient {
  /** Sends a request and answers its body. Throws where the status is 400 or more. */
  call<Body>(method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown): Promise<Body>
  close(): Promise<void>
}

/**
 * `retries`: each POST has an Idempotency-Key, as of a client that may send it again.
 *
 * An answer is taken from the parser as it comes: a stream for each would cost this process, which shares the server's
 * processors, a third more.
 */
export function openHttp(url: string, key: string, connections: number, retries = false): HttpClient {
  const pool = new Pool(url, { connections, pipelining: 1 })
  const always = { authorization: `Bearer ${key}` }
  const withBody = { ...always, 'content-type': 'application/json' }
  return {
    call: <Body>(method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown): Promise<Body> =>
      new Promise((resolve, reject) => {
        const headers = body === undefined ? always : withBody
        let status = 0
        const chunks: Buffer[] = []
        pool.dispatch(
          {
            method,
            path,
            headers: retries && method === 'POST' ? { ...headers, 'idempotency-key': randomUUID() } : headers,
            body: body === undefined ? null : JSON.stringify(body),
          },
          {
            onRequestStart: () => undefined,
            onResponseStart(_controller, statusCode) {
              status = statusCode
            },
            onResponseData(_controller, chunk) {
              chunks.push(chunk)
            },
            onResponseEnd() {
              const text = (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString()
              if (status >= 400) reject(new Error(`${method} ${path}: ${status} ${text}`))
              else resolve(JSON.parse(text) as Body)
            },
            onResponseError: (_controller, error) => reject(error),
          },
        )
      }),
    close: () => pool.close(),
  }
}
