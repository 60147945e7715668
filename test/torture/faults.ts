import type { Direction, FaultProxy, How } from './fault-proxy.ts'
import type { Random } from './random.ts'

/** Something that goes wrong at a moment of a round. */
export interface Fault {
  /** Milliseconds after the round's beginning. */
  at: number
  /** As a failure tells it. */
  what: string
  strike(ground: Struck): void
}

/** What a fault may strike. */
export interface Struck {
  front: FaultProxy
  database: FaultProxy
  killServer(): void
  killPostgres(): void
  killAgents(): void
}

const DIRECTIONS: readonly (readonly Direction[])[] = [['toServer'], ['toClient'], ['toServer', 'toClient']]
const WAYS: readonly How[] = ['cut', 'reset']

/** A fault that begins at a moment, and is healed so many milliseconds later. */
const lastingFault = (
  at: number,
  place: 'front' | 'database',
  what: string,
  length: number,
  begin: (proxy: FaultProxy) => void,
): Fault => ({
  at,
  what: `${place}: ${what} for ${length} ms`,
  strike(ground) {
    begin(ground[place])
    setTimeout(() => ground[place].heal(), length).unref()
  },
})

/**
 * What calls do is done, and nobody hears of it: each connection ends with the first byte of its next answer. All that is called
 * meanwhile is sent again, and must not be done again.
 */
function lostAnswers(random: Random, at: number): Fault {
  const way = random.one(WAYS)
  const length = random.between(150, 600)
  return lastingFault(at, 'front', `answers lost by ${way}`, length, (proxy) =>
    proxy.endAfter('toClient', 1, way),
  )
}

/** A fault of the network: before the server, or between it and its database. */
function networkFault(random: Random, at: number): Fault {
  const place = random.one(['front', 'database'] as const)
  const length = random.between(150, 900)
  const milliseconds = random.between(10, 120)
  const bytes = random.between(1, 3_000)
  const way = random.one(WAYS)
  const directions = random.one(DIRECTIONS)
  const lasting = (what: string, begin: (proxy: FaultProxy) => void): Fault =>
    lastingFault(at, place, what, length, begin)
  return random.one([
    { at, what: `${place}: ${way}`, strike: (ground: Struck) => ground[place][way]() },
    lasting(`delay of ${milliseconds} ms`, (proxy) => proxy.delay(milliseconds)),
    lasting(`black hole ${directions.join(' and ')}`, (proxy) => proxy.blackhole(directions)),
    lasting(`${way} after ${bytes} bytes ${directions[0]}`, (proxy) =>
      proxy.endAfter(directions[0]!, bytes, way),
    ),
  ])
}

/** The faults of a round: some of the network, answers that are lost, and mostly a kill or two. */
export function planFaults(random: Random, length: number): Fault[] {
  const moment = (): number => random.between(200, length)
  const faults = Array.from({ length: random.between(3, 7) }, () => networkFault(random, moment()))
  faults.push(lostAnswers(random, moment()))
  const kills: [chance: number, what: string, strike: Fault['strike']][] = [
    [0.5, 'kill -9 of the server', (ground) => ground.killServer()],
    [0.5, 'kill -9 of PostgreSQL', (ground) => ground.killPostgres()],
    [0.6, 'kill -9 of a crew of agents', (ground) => ground.killAgents()],
  ]
  for (const [chance, what, strike] of kills)
    if (random.happens(chance)) faults.push({ at: moment(), what, strike })
  return faults.sort((a, b) => a.at - b.at)
}
