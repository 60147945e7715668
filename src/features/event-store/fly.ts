import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { parseJson } from '../../kernel/json.ts'
import { NoAnswer, quote, send, type Answer } from './call.ts'
import { waitAfter } from './pace.ts'
import { flyApiToken, flyApp, type Store } from './settings.ts'
import type { Line } from './store.ts'

/** As far as we read it; whatever else Fly says, and states that it invents, are fine. */
const Machine = z.looseObject({ id: z.string().min(1), state: z.string() })
export type Machine = z.output<typeof Machine>

const Fault = z.looseObject({ error: z.string().optional(), message: z.string().optional() })

/** Fly did not do what it was asked to. The message says what to do about it. */
export class FlyError extends Error {
  /** Fly's own id of the call, for its support. */
  readonly requestId: string | undefined
  constructor(message: string, requestId?: string) {
    super(message)
    this.requestId = requestId
  }
}

/** Fly waits this long for a state before it answers 408; its limit is 60. */
const WAIT_SECONDS = 60

interface Request {
  method: 'GET' | 'POST'
  path: string
  /** Milliseconds that Fly itself takes for it, beside its answer. */
  takes?: number
  /** Statuses that say no more than: not yet. */
  notYet?: readonly number[]
}

/** What Fly said of a failure, without our secrets. */
function saidBy({ text }: Answer, { secrets }: Store): string {
  const parsed = Fault.safeParse(jsonOf(text))
  const said = quote((parsed.success && (parsed.data.error ?? parsed.data.message)) || text, secrets)
  return said ? `: ${said}` : ''
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/**
 * The Machines API of Fly, as far as a store is woken by it. What may succeed a moment later is tried again until the
 * line's signal ends it, never faster than Fly allows. Throws FlyError.
 */
export class Fly {
  readonly #line: Line
  readonly #fly: NonNullable<Store['fly']>
  /** What kept the calls that were tried again, the last time. */
  lastTrouble: FlyError | undefined

  constructor(line: Line, fly: NonNullable<Store['fly']>) {
    this.#line = line
    this.#fly = fly
  }

  async machines(): Promise<Machine[]> {
    const answer = await this.#call({ method: 'GET', path: '/machines' })
    const parsed = z.array(Machine).safeParse(jsonOf(answer.text))
    if (parsed.success) return parsed.data
    throw new FlyError(
      `Fly's list of machines is none; is ${this.#fly.api.origin} its Machines API?`,
      answer.header('fly-request-id'),
    )
  }

  /** Starts a machine; one that is just changing its state is asked again. */
  async start(id: string): Promise<void> {
    await this.#call({ method: 'POST', path: `/machines/${encodeURIComponent(id)}/start`, notYet: [412] })
  }

  /** Resolves when the machine has started. */
  async started(id: string): Promise<void> {
    const path = `/machines/${encodeURIComponent(id)}/wait?state=started&timeout=${WAIT_SECONDS}`
    await this.#call({ method: 'GET', path, takes: WAIT_SECONDS * 1_000, notYet: [408] })
  }

  async #call(request: Request): Promise<Answer> {
    const { signal, pace } = this.#line
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#send(request)
      if (answer && answer.status >= 200 && answer.status < 300) return answer
      const notYet = answer !== undefined && request.notYet?.includes(answer.status)
      if (answer && !notYet && answer.status !== 429 && answer.status < 500) throw this.#refusal(answer)
      if (answer) this.lastTrouble = this.#trouble(answer)
      const pause = waitAfter(notYet ? 1 : attempt, pace.flyPause)
      await sleep(Math.max(pause, pace.flyPause.first, answer?.retryAfter ?? 0), undefined, { signal })
    }
  }

  /** Undefined where Fly did not answer. */
  async #send({ method, path, takes = 0 }: Request): Promise<Answer | undefined> {
    const { pace, signal } = this.#line
    const { api, app, token } = this.#fly
    try {
      return await send({
        method,
        url: new URL(`${api.href.replace(/\/+$/, '')}/v1/apps/${app}${path}`),
        headers: { authorization: `Bearer ${token}` },
        milliseconds: takes + pace.fly,
        signal,
      })
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      this.lastTrouble = new FlyError(`Fly does not answer at ${api.origin}: ${error.message}`)
      return undefined
    }
  }

  #trouble(answer: Answer): FlyError {
    const said = `${answer.status}${saidBy(answer, this.#line.store)}`
    return new FlyError(`Fly answered ${said}`, answer.header('fly-request-id'))
  }

  #refusal(answer: Answer): FlyError {
    const said = `${answer.status}${saidBy(answer, this.#line.store)}`
    const advice =
      answer.status === 401 || answer.status === 403
        ? `Fly refuses the token (${said}); correct ${flyApiToken.name}`
        : answer.status === 404
          ? `Fly knows no app or machine of the name ${this.#fly.app} (${said}); correct ${flyApp.name}`
          : `Fly answered ${said}; look at the app ${this.#fly.app}`
    return new FlyError(advice, answer.header('fly-request-id'))
  }
}
