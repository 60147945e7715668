import { Crew } from './crew.ts'
import { FORGETFUL, Ground } from './ground.ts'
import { runControl, runRound, type RoundResult } from './round.ts'

export interface TortureOptions {
  rounds: number
  /** The first round's seed; the others count on from it, so that each can be run by itself. */
  seed: number
  say: (line: string) => void
  /** Aborts when no further round shall begin. */
  signal?: AbortSignal
  /** Called after each round, while its database is still there. */
  afterRound?: (ground: Ground, result: RoundResult) => Promise<void>
}

type Round = (ground: Ground, crews: readonly Crew[], seed: number) => Promise<RoundResult>

/** Runs rounds until one fails; answers the number of violations. */
export const torture = (options: TortureOptions): Promise<number> => runRounds(runRound, {}, options)

/**
 * The control: the same crash of PostgreSQL under load, first as it runs in production, then on one that does not wait for
 * its disk, until something is lost. Answers the violations of both: none must be in the first, some in the second.
 */
export async function control(options: TortureOptions): Promise<{ durable: number; forgetful: number }> {
  options.say('PostgreSQL as it runs in production:')
  const durable = await runRounds(runControl, {}, { ...options, rounds: Math.min(options.rounds, 3) })
  options.say(`PostgreSQL with ${JSON.stringify(FORGETFUL)}:`)
  return { durable, forgetful: await runRounds(runControl, FORGETFUL, options) }
}

async function runRounds(
  run: Round,
  settings: Readonly<Record<string, string>>,
  { rounds, seed, say, signal, afterRound }: TortureOptions,
): Promise<number> {
  const ground = await Ground.prepare(settings)
  const crews = [new Crew(), new Crew()]
  const total = { acknowledged: 0, events: 0 }
  let faults = 0
  try {
    for (let round = 0; round < rounds && faults === 0 && !signal?.aborted; round++) {
      const result = await run(ground, crews, seed + round)
      total.acknowledged += result.acknowledged.length
      total.events += result.events
      faults = result.faults.length
      tell(result, say)
      await afterRound?.(ground, result)
    }
    const kills = crews.reduce((sum, crew) => sum + crew.kills, 0)
    const again = crews.reduce((sum, crew) => sum + crew.again, 0)
    say(
      `${total.acknowledged} acknowledgements, ${total.events} events followed; killed: server ${ground.kills.server}, PostgreSQL ${ground.kills.postgres}, agents ${kills} times; ${ground.front.made} connections to the server and ${ground.database.made} to PostgreSQL; ${again} calls sent again`,
    )
    return faults
  } finally {
    await Promise.all(crews.map((crew) => crew.close()))
    await ground.close()
  }
}

const SHOWN = 20

function tell(result: RoundResult, say: (line: string) => void): void {
  const { seed, acknowledged, events, seconds, struck, faults } = result
  say(
    `seed ${seed}: ${acknowledged.length} acknowledgements, ${events} events, ${struck.length} faults, ${seconds.toFixed(1)} s${faults.length > 0 ? `, ${faults.length} VIOLATIONS` : ''}`,
  )
  if (faults.length === 0) return
  for (const fault of faults.slice(0, SHOWN)) say(`  ${fault}`)
  if (faults.length > SHOWN) say(`  and ${faults.length - SHOWN} more`)
  for (const each of struck) say(`  struck: ${each}`)
}
