import { pino, type Logger } from 'pino'
import pretty from 'pino-pretty'

export type { Logger }

/** Log levels, pino's own. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/**
 * JSON lines on stderr, pretty on a terminal. stdout belongs to a command's own output.
 * Only what the serialisers name is logged of an error: a driver's error object carries the statement's parameters.
 */
export function makeLog(level: LogLevel): Logger {
  const terminal = process.stderr.isTTY
  const options = {
    level,
    base: null,
    serializers: {
      err: (error: unknown) =>
        error instanceof Error
          ? {
              type: error.name,
              message: error.message,
              ...('code' in error ? { code: error.code } : {}),
              stack: error.stack,
              ...(error.cause instanceof Error ? { cause: error.cause.message } : {}),
            }
          : { message: String(error) },
    },
  }
  return terminal
    ? pino(options, pretty({ destination: 2, colorize: true, translateTime: 'HH:MM:ss', sync: true }))
    : pino(options, pino.destination({ dest: 2, sync: false }))
}
