import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Application } from '../../kernel/application.ts'
import type { Caller } from '../../kernel/context.ts'
import { Problem } from '../../kernel/problem.ts'
import { Rate, type Taken } from '../../kernel/rate.ts'
import type { Setting } from '../../kernel/settings.ts'
import { BURST_SECONDS, DEFAULT_PER_KEY, DEFAULT_PER_TENANT, perKey, perTenant } from './limits.ts'

const WHOSE = { key: 'This key', tenant: 'All keys of this tenant together' } as const

/**
 * Who is let in, before anything of a request but its headers is read: this server must have room, the caller must be
 * known, and within the rates of its key and of its tenant. The operator's key has no rate: it is who sets them. A server
 * has one, and all of its doors ask it.
 */
export class Admission {
  readonly #app: Application
  readonly #rates: readonly { name: keyof typeof WHOSE; rate: Rate; who: (caller: Caller) => string }[]

  constructor(app: Application) {
    this.#app = app
    const rates = [
      { name: 'key', rate: this.#rate(perKey, DEFAULT_PER_KEY), who: (caller: Caller) => caller.key! },
      {
        name: 'tenant',
        rate: this.#rate(perTenant, DEFAULT_PER_TENANT),
        who: (caller: Caller) => caller.tenant,
      },
    ] as const
    this.#rates = rates.flatMap(({ rate, ...rest }) => (rate ? [{ rate, ...rest }] : []))
  }

  #rate(setting: Setting<number | undefined>, otherwise: number): Rate | undefined {
    const perSecond = this.#app.settings.get(setting) ?? (this.#app.alone ? 0 : otherwise)
    return perSecond === 0 ? undefined : new Rate(perSecond, perSecond * BURST_SECONDS)
  }

  /**
   * Who calls. Throws `overloaded` (503), `unauthorized` (401) and `rate_limited` (429); says in the answer's headers what
   * is left. `urgent`: a call that frees work or keeps it is refused last.
   */
  admit(request: FastifyRequest, reply: FastifyReply, urgent = false): Promise<Caller> {
    return this.#admit(request.headers.authorization, request.ip, urgent, reply)
  }

  /** The same of a call over a connection that is open already, such as a WebSocket. */
  admitBy(authorization: string | undefined, address: string): Promise<Caller> {
    return this.#admit(authorization, address, false)
  }

  async #admit(
    authorization: string | undefined,
    address: string,
    urgent: boolean,
    reply?: FastifyReply,
  ): Promise<Caller> {
    this.#app.load.require(urgent)
    const caller = await this.#app.authenticate(authorization, address)
    if (caller.key !== undefined && this.#rates.length > 0) this.#count(caller, reply)
    return caller
  }

  /** Headers as of the draft of the IETF's working group httpapi, "RateLimit header fields for HTTP". */
  #count(caller: Caller, reply: FastifyReply | undefined): void {
    const policies: string[] = []
    const states: string[] = []
    let refused: { name: keyof typeof WHOSE; taken: Taken } | undefined
    for (const { name, rate, who } of this.#rates) {
      // A call that one rate refuses is not counted by the next.
      const taken = refused ? rate.look(who(caller)) : rate.take(who(caller))
      policies.push(`"${name}";q=${rate.burst};w=${BURST_SECONDS}`)
      states.push(`"${name}";r=${taken.remaining};t=${taken.resetSeconds}`)
      if (!taken.allowed) refused ??= { name, taken }
    }
    void reply?.header('RateLimit-Policy', policies.join(', ')).header('RateLimit', states.join(', '))
    if (refused)
      throw new Problem(
        'rate_limited',
        429,
        `${WHOSE[refused.name]} may make ${this.#perSecond(refused.name)} calls a second; wait, then send the request again.`,
        { retry_after: refused.taken.retrySeconds, limit: refused.name },
      )
  }

  #perSecond(name: string): number {
    return this.#rates.find((each) => each.name === name)!.rate.burst / BURST_SECONDS
  }
}
