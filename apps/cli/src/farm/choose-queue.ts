import type { QueueLength } from '@woolgather/protocol'

/** What a worker does now, and has seen. */
export interface WorkerView {
  /** Queue whose models are loaded. */
  loaded: string | undefined
  /** Whether it has cells of it in hand. */
  isBusy: boolean
  /** Milliseconds without any work. */
  idleFor: number
  /** Milliseconds it has worked on this queue without a break. */
  onQueueFor: number
  /** Milliseconds that loading took when it was last measured. */
  loadTime: number
}

/** As many times as long as a load takes, at least, a worker stays with its models while others wait for theirs. */
const stay = 20
/** Milliseconds it stays in any case. */
const leastStay = 10_000

/**
 * Queues in the order in which to take from them: what the loaded models can do; others only where somebody waits there,
 * after idling for half of what loading costs, or when they have stood back for long. Of others the longest first.
 */
export function chooseQueues(able: readonly QueueLength[], view: WorkerView): string[] {
  const { loaded, isBusy, idleFor, onQueueFor, loadTime } = view
  const longestFirst = [...able].sort((a, b) => lengthOf(b) - lengthOf(a))
  const own = longestFirst.filter(({ queue }) => queue === loaded)
  const others = longestFirst.filter(({ queue }) => queue !== loaded)
  const waitedFor = others.filter(({ interactive }) => interactive > 0)
  const names = (queues: readonly QueueLength[]): string[] => queues.map(({ queue }) => queue)
  if (loaded === undefined) return names(longestFirst)
  // Two models at once may not fit: others are begun when what is in hand is done.
  if (isBusy) return names(waitedFor.length > 0 ? [] : own)
  if (onQueueFor > Math.max(leastStay, stay * loadTime)) return names([...others, ...own])
  if (idleFor >= loadTime / 2) return names([...own, ...others])
  return names([...own, ...waitedFor])
}

/** Half done, so that no device waits for the next. */
export function hasRoom(busyCells: number, mostCells: number): boolean {
  return busyCells <= mostCells / 2
}

function lengthOf({ interactive, others }: QueueLength): number {
  return interactive + others
}
