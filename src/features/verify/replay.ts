import type { Scope } from '../../kernel/database.ts'
import { BUILT_IN_ROLES, DEFAULT_TENANT } from '../access/index.ts'
import { EFFECTS, fits, timeLeft } from './effects.ts'
import type { Findings } from './findings.ts'
import { withRoom } from './id-table.ts'
import {
  differences,
  digest,
  EXECUTION,
  KINDS,
  metadataDigest,
  NO_METADATA,
  ROLE,
  settledDigest,
  TASK,
  USER,
  WITHOUT_TABLE,
  type Digest,
  type Entity,
  type Kind,
} from './kinds.ts'
import { Ledger } from './ledger.ts'
import { stateBefore, type ExecutionPage, type RecordRow } from './sql.ts'

/** The one kind of change that does not make the next version: nobody changed the task. */
const WITHOUT_VERSION = 'task.unblocked'

const eventOf = ({
  sequence,
  position,
  event_type,
}: Pick<RecordRow, 'sequence' | 'position' | 'event_type'>): string =>
  `${sequence === null ? `the event at position ${position}, not numbered yet,` : `event ${sequence}`} (${event_type})`

/** What was before a row, by its own account; null for a creation. */
const before = ({ old_values, new_values }: RecordRow): Entity | null =>
  old_values && new_values ? { ...new_values, ...old_values } : old_values

/** What is kept beside a thing's digest: a task's metadata, or what stands still once an execution has ended. */
export function besideOf(kind: Kind, entity: Entity): Digest | undefined {
  if (kind === TASK) return metadataDigest(entity)
  return kind.settled(entity) ? settledDigest(kind, entity) : undefined
}

/**
 * Replays the record from its start: each row is held against what the rows before it left (what it says was before,
 * the versions, no life before a creation or after an end), and leaves its own state.
 */
export class Replay {
  readonly #scope: Scope
  readonly #findings: Findings
  readonly #ledgers = new Map(KINDS.map((kind) => [kind.name, new Ledger()]))
  /** The task of each execution, by their numbers: a task that is deleted takes its executions with it. */
  #taskOf = new Int32Array(512)
  /** The seconds of the lease with which each execution began, 0 where it had none. */
  #leaseOf = new Int32Array(512)
  /** Users are recorded with the names of their roles, and a role may be renamed. */
  readonly #roleIds = new Map<string, string>()
  /** Names of the roles that stand as the installation made them, without a row of the record. */
  readonly #builtIn = new Set<unknown>()

  constructor(scope: Scope, findings: Findings) {
    this.#scope = scope
    this.#findings = findings
  }

  ledger(kind: Kind): Ledger {
    return this.#ledgers.get(kind.name)!
  }

  /** The name that a role has from now on. */
  nameRole(name: unknown, id: string): void {
    this.#roleIds.set(String(name), id)
  }

  /** An entity in the spelling that digests are made of. */
  #plain(kind: Kind, entity: Entity): Entity {
    if (kind !== USER || !Array.isArray(entity['roles'])) return entity
    const ids = entity['roles'].map((name) => this.#roleIds.get(String(name)) ?? String(name))
    return { ...entity, roles: ids.sort() }
  }

  async take(row: RecordRow): Promise<void> {
    await this.#holdActor(row)
    const kind = KINDS.find(({ name }) => name === row.entity_type)
    if (!kind) {
      if (!WITHOUT_TABLE.includes(row.entity_type))
        await this.#findings.add(
          `${eventOf(row)} is about a ${row.entity_type}, and nothing of that name is kept.`,
        )
      return
    }
    await this.#holdAgainst(kind, row)
    const ledger = this.ledger(kind)
    const { new_values: after, entity_id: id } = row
    if (kind === ROLE && after) this.nameRole(after['name'], id)
    if (after === null) {
      const number = ledger.ids.find(id)
      if (number >= 0) ledger.drop(number)
      return
    }
    const none = kind === TASK && row.old_values === null ? NO_METADATA : undefined
    const number = ledger.hold(id, digest(kind, this.#plain(kind, after)), besideOf(kind, after) ?? none)
    if (kind === EXECUTION) {
      this.#taskOf = withRoom(this.#taskOf, number + 1)
      this.#taskOf[number] = this.ledger(TASK).ids.add(String(after['task_id']))
      this.#leaseOf = withRoom(this.#leaseOf, number + 1)
      if (row.old_values === null) this.#leaseOf[number] = leaseSeconds(after)
    }
  }

  async #holdActor({ actor_kind, actor_id, ...row }: RecordRow): Promise<void> {
    const known =
      actor_kind === 'user'
        ? actor_id !== null && this.ledger(USER).ids.find(actor_id) >= 0
        : actor_id === null
    if (!known)
      await this.#findings.add(
        `${eventOf(row)} is said to be of the ${actor_kind} ${actor_id ?? 'without an id'}, of whom the record does not know.`,
      )
  }

  /** Holds a row's type, and its time, against what it tells. */
  async #holdEvent(kind: Kind, row: RecordRow, former: Entity | null): Promise<void> {
    const { event_type, entity_id, created_at, new_values } = row
    if (!Object.hasOwn(EFFECTS, event_type) || !event_type.startsWith(`${kind.name}.`))
      await this.#findings.add(
        `${eventOf(row)} is about a ${kind.name}, and of no type that is recorded of one.`,
      )
    else if (!fits(event_type, former, new_values))
      await this.#findings.add(
        `${eventOf(row)} is not what became of ${kind.name} ${entity_id} by its own account.`,
      )
    const left = timeLeft(kind.name, former, new_values) ?? created_at
    if (left !== created_at)
      await this.#findings.add(
        `${eventOf(row)} is dated ${created_at}, and what it tells of ${kind.name} ${entity_id} is of ${left}.`,
      )
  }

  /** Holds the length of an execution's lease, by which heartbeats prolong it, against that with which it began. */
  async holdLease({ entity, lease_seconds }: ExecutionPage): Promise<void> {
    const id = String(entity['id'])
    const number = this.ledger(EXECUTION).liveNumber(id)
    if (number >= 0 && this.#leaseOf[number] !== (lease_seconds ?? 0))
      await this.#findings.add(
        `execution ${id} has a lease of ${lease_seconds ?? 0} s in its table, and began with one of ${this.#leaseOf[number]} s.`,
      )
  }

  /** Whether an execution went with its task, which is in no row of its own. */
  wentWithTask(execution: number): boolean {
    const tasks = this.ledger(TASK)
    return tasks.liveNumber(tasks.ids.idOf(this.#taskOf[execution]!)) < 0
  }

  async #holdAgainst(kind: Kind, row: RecordRow): Promise<void> {
    const former = before(row)
    await this.#holdEvent(kind, row, former)
    const subject = `${kind.name} ${row.entity_id}`
    const number = this.ledger(kind).liveNumber(row.entity_id)
    if (former === null) {
      if (number >= 0)
        await this.#findings.add(`${eventOf(row)} creates ${subject}, which the record has already.`)
      return
    }
    if (number < 0) {
      if (!kind.given(former))
        await this.#findings.add(`${eventOf(row)} changes ${subject}, which the record does not have.`)
      return
    }
    if (row.new_values && kind.settled(former))
      await this.#findings.add(`${eventOf(row)} changes ${subject}, which had ended.`)
    await this.#holdVersion(row, former, subject)
    const plain = this.#plain(kind, former)
    const beside = kind === TASK ? metadataDigest(former) : undefined
    const ledger = this.ledger(kind)
    if (ledger.agrees(number, digest(kind, plain)) && (!beside || ledger.agreesBeside(number, beside))) return
    await this.#findings.add(async () => {
      const state = await this.stateOf(row.entity_id, row.position)
      const told = beside ? state : withoutMetadata(state)
      const said = differences(kind, former, told).map(
        ({ name, one, other }) => `${name} was ${one} by its own account and ${other} by the rows before it`,
      )
      return `${eventOf(row)} does not follow on what was recorded of ${subject}: ${said.join(', ') || 'its roles are others'}.`
    })
  }

  async #holdVersion(row: RecordRow, former: Entity, subject: string): Promise<void> {
    const [from, to] = [former['version'], row.new_values?.['version']]
    if (typeof from !== 'number' || typeof to !== 'number') return
    const next = row.event_type === WITHOUT_VERSION ? from : from + 1
    if (to !== next)
      await this.#findings.add(
        `${eventOf(row)} takes ${subject} from version ${from} to ${to}, not to ${next}.`,
      )
  }

  /** The last state that the record tells of a thing, before a position where one is given. */
  async stateOf(id: string, position: number = Number.MAX_SAFE_INTEGER): Promise<Entity> {
    const [row] = await stateBefore(this.#scope, id, position)
    return row?.metadata ? { ...row.state, metadata: row.metadata } : (row?.state ?? {})
  }

  /** Holds a thing as its table has it against what the replay left. `entity` is in the spelling of digests. */
  async compare(kind: Kind, entity: Entity, shownAs: Entity = entity): Promise<void> {
    const id = String(entity['id'])
    const ledger = this.ledger(kind)
    const number = ledger.liveNumber(id)
    const subject = `${kind.name} ${id}`
    if (number < 0) {
      const recorded = ledger.ids.find(id) >= 0
      const made = recorded ? undefined : kind.given(entity)
      if (made) return this.#holdGiven(kind, entity, made)
      return this.#findings.add(
        `${subject} is in its table, and ${recorded ? 'was deleted by the record' : 'not in the record'}.`,
      )
    }
    ledger.see(number)
    const beside = besideOf(kind, entity)
    if (ledger.agrees(number, digest(kind, entity)) && (!beside || ledger.agreesBeside(number, beside)))
      return
    await this.#findings.add(async () => {
      const said = differences(kind, shownAs, await this.stateOf(id)).map(
        ({ name, one, other }) => `${name} is ${one} in the table and ${other} in the record`,
      )
      return `${subject} is not as it was recorded last: ${said.join(', ') || 'its roles are others'}.`
    })
  }

  /** Holds what was never recorded against that as which the installation made it. */
  async #holdGiven(kind: Kind, entity: Entity, made: Entity): Promise<void> {
    if (kind === ROLE) this.#builtIn.add(made['name'])
    const said = differences(kind, entity, { ...entity, ...made }).map(
      ({ name, one, other }) => `${name} is ${one}, and was made ${other}`,
    )
    if (said.length > 0)
      await this.#findings.add(
        `${kind.name} ${String(entity['id'])} is not as the installation made it, and no change was recorded: ${said.join(', ')}.`,
      )
  }

  /** Tells what the record has and the tables lack; to be called when all tables were compared. */
  async tellMissing(): Promise<void> {
    if (this.#scope.tenant === DEFAULT_TENANT)
      for (const { name } of BUILT_IN_ROLES)
        if (!this.#builtIn.has(name))
          await this.#findings.add(`the built-in role ${name} is not in its table.`)
    for (const kind of KINDS) {
      const ledger = this.ledger(kind)
      for (const number of ledger.unseen())
        if (kind !== EXECUTION || !this.wentWithTask(number))
          await this.#findings.add(
            `${kind.name} ${ledger.ids.idOf(number)} is in the record, and not in its table.`,
          )
    }
  }
}

const withoutMetadata = ({ metadata: _, ...entity }: Entity): Entity => entity

/** The lease of an execution that begins; 0 where it has none. */
const leaseSeconds = ({ lease_expires_at: end, started_at: start }: Entity): number =>
  typeof end === 'string' ? Math.round((Date.parse(end) - Date.parse(String(start))) / 1000) : 0
