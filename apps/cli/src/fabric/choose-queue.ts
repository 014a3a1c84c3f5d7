import { isAloneLine, usualLine } from '@woolgather/fabric'
import type { QueueLength } from '@woolgather/protocol'

/** What a worker does now, and has seen. */
export interface WorkerView {
  /** Queue whose models are loaded. */
  loaded: string | undefined
  /** Whether it has cells of it in hand. */
  isBusy: boolean
  /** Whether that stands alone: nothing else is begun beside it. */
  hasAlone: boolean
  /** Milliseconds since it last looked for what stands alone. */
  aloneSince: number
  /** Milliseconds without any work. */
  idleFor: number
  /** Milliseconds it has worked on this queue without a break. */
  onQueueFor: number
  /** Milliseconds that loading took when it was last measured. */
  loadTime: number
  /** How many others are at work on each queue. */
  others: ReadonlyMap<string, number>
}

/** As many times as long as a load takes, at least, a worker stays with its models while others wait for theirs. */
const stay = 20
/** Milliseconds it stays in any case. */
const leastStay = 10_000

/** Milliseconds before it looks again whether what stands alone waits for somebody, or is worked on. */
const lookAlone = 5_000

/**
 * Queues in the order in which to take from them: what the loaded models can do; others only where somebody waits there,
 * after idling for half of what loading costs, or when they have stood back for long. Of others the one that has
 * most for each of the workers that are at it. What stands
 * alone is begun with empty hands, and before the rest of its line.
 */
export function chooseQueues(able: readonly QueueLength[], view: WorkerView): string[] {
  const { loaded, isBusy, hasAlone, aloneSince, idleFor, onQueueFor, loadTime } = view
  const shareOf = (length: QueueLength): number =>
    lengthOf(length) / (1 + (view.others.get(usualLine(length.queue)) ?? 0))
  const longestFirst = [...able].sort((a, b) => rankOf(a) - rankOf(b) || shareOf(b) - shareOf(a))
  const own = longestFirst.filter(({ queue }) => usualLine(queue) === loaded)
  const others = longestFirst.filter(({ queue }) => usualLine(queue) !== loaded)
  const waitedFor = others.filter(({ interactive }) => interactive > 0)
  const names = (queues: readonly QueueLength[]): string[] => queues.map(({ queue }) => queue)
  if (loaded === undefined) return names(longestFirst)
  if (isBusy) {
    const ownAlone = own.some(({ queue }) => isAloneLine(queue))
    // Two models at once may not fit: others are begun when what is in hand is done.
    const empties = hasAlone || waitedFor.length > 0 || (ownAlone && aloneSince > lookAlone)
    return empties ? [] : names(own.filter(({ queue }) => !isAloneLine(queue)))
  }
  if (onQueueFor > Math.max(leastStay, stay * loadTime)) return names([...others, ...own])
  if (idleFor >= loadTime / 2) return names([...own, ...others])
  return names([...own, ...waitedFor])
}

/** Half done, so that no device waits for the next. */
export function hasRoom(busyCells: number, mostCells: number): boolean {
  return busyCells <= mostCells / 2
}

function rankOf({ queue }: QueueLength): number {
  return isAloneLine(queue) ? 0 : 1
}

function lengthOf({ interactive, others }: QueueLength): number {
  return interactive + others
}
