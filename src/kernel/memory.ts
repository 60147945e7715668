import { totalmem } from 'node:os'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Bytes. */
export interface MemoryFigures {
  /** What the machine or the container has. */
  readonly total: number
  readonly resident: number
  readonly heapUsed: number
  readonly heapLimit: number
  /** Of the heap, what the process holds in memory, used or not. */
  readonly heapResident: number
  /** Buffers. */
  readonly external: number
}

/** Shares of the memory there is: what is new is refused, and what keeps or frees work. */
const HEAP_FULL = { new: 0.85, urgent: 0.95 }
/** Resident memory from which what is in use matters: below it there is room in any case. */
const RESIDENT_FULL = 0.85
const USED_FULL = { new: 0.75, urgent: 0.85 }

/** Between two collections: so many milliseconds, and so many times as long as the last one took. */
const COLLECT_MILLISECONDS = 1_000
const COLLECT_TIMES = 10

/** Zero or less where the machine does not say. */
const limit = process.constrainedMemory()
const total = limit > 0 && limit < totalmem() ? limit : totalmem()

function measure(): MemoryFigures {
  const { used_heap_size, heap_size_limit, total_physical_size } = getHeapStatistics()
  const { rss, external } = process.memoryUsage()
  return {
    total,
    resident: rss,
    heapUsed: used_heap_size,
    heapLimit: heap_size_limit,
    heapResident: total_physical_size,
    external,
  }
}

let gc: (() => void) | undefined

function collect(): void {
  if (!gc) {
    setFlagsFromString('--expose-gc')
    gc = runInNewContext('gc') as () => void
  }
  gc()
}

/**
 * How full the memory is of what is in use. Resident memory alone does not say: V8 and malloc keep what they were once given for
 * what comes next, and who waits for it to shrink waits for good.
 */
export class Memory {
  readonly #measure: () => MemoryFigures
  readonly #collect: () => void
  /** Code, stacks and what else there is beside the heap and buffers, as it was at the start. */
  readonly #outside: number
  #figures: MemoryFigures
  #collectAgain = 0

  constructor(from = { measure, collect }) {
    this.#measure = from.measure
    this.#collect = from.collect
    this.#figures = from.measure()
    const { resident, heapResident, external } = this.#figures
    this.#outside = Math.max(0, resident - heapResident - external)
  }

  /** Looks anew. Asking costs a file: a process that may open no more goes by what it was told last. */
  look(): void {
    if (!this.#ask()) return
    const began = performance.now()
    if (!this.isFull(false) || began < this.#collectAgain) return
    // V8 collects when it is asked for memory, and who refuses everything asks for none: what is garbage would fill it for good.
    this.#collect()
    const ended = performance.now()
    this.#collectAgain = ended + Math.max(COLLECT_MILLISECONDS, (ended - began) * COLLECT_TIMES)
    this.#ask()
  }

  /** Whether the system said how full it is. */
  #ask(): boolean {
    try {
      this.#figures = this.#measure()
      return true
    } catch {
      return false
    }
  }

  /** Whether there is too little left for a new call; for an urgent one there is longest. */
  isFull(urgent: boolean): boolean {
    const { total, resident, heapUsed, heapLimit, external } = this.#figures
    const whose = urgent ? 'urgent' : 'new'
    if (heapUsed > heapLimit * HEAP_FULL[whose]) return true
    const used = Math.min(resident, this.#outside + heapUsed + external)
    return resident > total * RESIDENT_FULL && used > total * USED_FULL[whose]
  }
}
