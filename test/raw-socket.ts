import { connect } from 'node:net'

/** What a server sent over a socket, until it closed it. */
export interface RawAnswer {
  /** NaN where nothing came. */
  status: number
  headers: Readonly<Record<string, string>>
  body: string
}

/**
 * Sends bytes as they are, ends this side of the connection where `end` says so, and waits until the server has closed
 * the other.
 */
export function sendRaw(url: string, bytes: string | Buffer, { end = false } = {}): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const host = hostname.replace(/^\[|\]$/g, '')
    const socket = connect({ host, port: Number(port), allowHalfOpen: true }, () => {
      socket.write(bytes)
      if (end) socket.end()
    })
    socket.setTimeout(20_000, () => socket.destroy(new Error('no answer within 20 seconds')))
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('end', () => socket.end())
    socket.on('close', () => resolve(parse(Buffer.concat(chunks).toString())))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // A server that refused a request may close before it has read all of it.
      if (chunks.length === 0 && error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error)
    })
  })
}

function parse(text: string): RawAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const headers = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  return {
    status: Number(first.split(' ')[1] ?? NaN),
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: rest.join('\r\n\r\n'),
  }
}
