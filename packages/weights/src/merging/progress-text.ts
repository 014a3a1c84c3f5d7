/** How far a merge is; bytes are those of the result. */
export interface MakingProgress {
  done: number
  total: number
  finished: number
  tensors: number
  /** `performance.now()` when the work began. */
  began: number
}

/** Seconds after which a rate can be believed. */
const settled = 0.5

/** As a cell's progress: megabytes, and in the unit how many tensors, how fast and how much longer. */
export function progressText(
  { done, total, finished, tensors, began }: MakingProgress,
  now: number = performance.now(),
): [done: number, total: number, unit: string] {
  const seconds = Math.max(1e-3, (now - began) / 1000)
  const rate = done / seconds
  const left = rate === 0 ? 0 : (total - done) / rate
  const pace = `, ${round(rate / 1e6)} MB/s, ${duration(left)} left`
  // The first moments tell little of those to come.
  const unit = `MB merged, tensor ${finished} of ${tensors}${seconds < settled && done < total ? '' : pace}`
  return [round(done / 1e6), round(total / 1e6), unit]
}

function round(value: number): number {
  return value < 10 ? Math.round(value * 10) / 10 : Math.round(value)
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return `${round(seconds / 3600)} h`
}
