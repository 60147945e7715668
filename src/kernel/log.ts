import fs from 'node:fs'
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

const STDERR = 2
/** Characters that wait for a slow reader or a full disk, at most: what comes beyond them is lost. */
const MOST_WAITING = 4_000_000
/** Before what a busy pipe did not take is offered again. */
const BUSY_MILLISECONDS = 50
/** How often in a row it is offered when the process ends. */
const MOST_TRIES = 20

/**
 * Lines on stderr, written in the background. A disk without room, or a reader that has gone, costs lines and nothing else:
 * pino's own way of writing ends the process for it, and at its end waits for room for ever.
 */
class Lines {
  #waiting = ''
  #writing = false

  constructor() {
    process.once('exit', () => this.#end())
  }

  write(line: string): void {
    if (this.#waiting.length < MOST_WAITING) this.#waiting += line
    if (!this.#writing) this.#send(this.#take())
  }

  #take(): Buffer {
    const text = Buffer.from(this.#waiting)
    this.#waiting = ''
    return text
  }

  #send(text: Buffer): void {
    this.#writing = true
    fs.write(STDERR, text, (error, written) => {
      if (error?.code === 'EAGAIN') setTimeout(() => this.#send(text), BUSY_MILLISECONDS)
      else if (!error && written < text.length) this.#send(text.subarray(written))
      else {
        this.#writing = false
        // After a failure with the next line, which there may be room for.
        if (!error && this.#waiting !== '') this.#send(this.#take())
      }
    })
  }

  /** What is left when the process ends: a busy pipe is waited for as long as something moves. */
  #end(): void {
    let tries = 0
    for (let text = this.#take(); text.length > 0 && tries < MOST_TRIES; tries++) {
      try {
        text = text.subarray(fs.writeSync(STDERR, text))
        tries = 0
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_MILLISECONDS)
      }
    }
  }
}

let lines: Lines | undefined

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
    : pino(options, (lines ??= new Lines()))
}
