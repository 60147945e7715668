import { pino, type Logger } from 'pino'
import pretty from 'pino-pretty'

export type { Logger }

/** Log levels, pino's own. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** What is logged of an error. pg-boss reports copies of errors, which are plain objects. */
export function serializeError(error: unknown): object {
  if (typeof error !== 'object' || error === null) return { message: String(error) }
  const { name, message, code, stack, cause } = error as Partial<NodeJS.ErrnoException>
  return {
    ...(name === undefined ? {} : { type: name }),
    message: message ?? 'no message',
    ...(code === undefined ? {} : { code }),
    ...(stack === undefined ? {} : { stack }),
    ...(cause instanceof Error ? { cause: cause.message } : {}),
  }
}

/**
 * JSON lines on stderr, pretty on a terminal. stdout belongs to a command's own output.
 * Only what the serialisers name is logged of an error: a driver's error object carries the statement's parameters.
 */
export function makeLog(level: LogLevel): Logger {
  const terminal = process.stderr.isTTY
  const options = {
    level,
    base: null,
    serializers: { err: serializeError },
  }
  return terminal
    ? pino(options, pretty({ destination: 2, colorize: true, translateTime: 'HH:MM:ss', sync: true }))
    : pino(options, pino.destination({ dest: 2, sync: false }))
}
