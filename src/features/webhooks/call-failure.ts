import { errors } from 'undici'

/** The rules do not let this address be called; the message is the sentence that says so. */
export class AddressRefused extends Error {}

/** The one code that tells most about an error: its own, that of the first address tried, or that of its cause. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if ('code' in error && typeof error.code === 'string') return error.code
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  return codeOf(error.cause)
}

const TIME_OUTS = ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT']

const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused: nothing listens at this address and port',
  ENOTFOUND: 'the name of the host does not resolve to an address',
  EAI_AGAIN: 'the name of the host could not be resolved just now',
  EHOSTUNREACH: 'the host is not reachable',
  ENETUNREACH: 'the network of the host is not reachable',
  EADDRNOTAVAIL: 'the host is not reachable from this machine',
  ECONNRESET: 'the receiver closed the connection before it answered',
  EPIPE: 'the receiver closed the connection before it answered',
  UND_ERR_SOCKET: 'the receiver closed the connection before it answered',
  UND_ERR_HEADERS_OVERFLOW: "the answer's headers are larger than 16 KiB",
  HPE_HEADER_OVERFLOW: "the answer's headers are larger than 16 KiB",
  DEPTH_ZERO_SELF_SIGNED_CERT: "TLS failed: the receiver's certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "TLS failed: the receiver's certificate chain ends in a self-signed one",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "TLS failed: the receiver's certificate is signed by nobody whom this server trusts; an intermediate one may be missing",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "TLS failed: the receiver's certificate is signed by nobody whom this server trusts",
  CERT_HAS_EXPIRED: "TLS failed: the receiver's certificate has expired",
  CERT_NOT_YET_VALID: "TLS failed: the receiver's certificate is not valid yet",
  ERR_TLS_CERT_ALTNAME_INVALID: "TLS failed: the receiver's certificate is for another host",
}

/** Why a call brought no answer, in a sentence for people: never a stack, never a value of ours. */
export function explainFailure(error: unknown, limitSeconds: number): string {
  if (error instanceof AddressRefused) return error.message
  const code = codeOf(error)
  if (TIME_OUTS.includes(code)) return `no answer within ${limitSeconds} seconds`
  const sentence = SENTENCES[code]
  if (sentence) return sentence
  if (code === 'ABORT_ERR' || code === 'UND_ERR_ABORTED' || code === 'UND_ERR_DESTROYED')
    return 'the call was ended before an answer came, since this server stops'
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_'))
    return 'TLS failed: the receiver does not speak it here'
  if (error instanceof errors.HTTPParserError) return 'the answer is no HTTP'
  return `the call failed${code ? ` (${code})` : ''}`
}
