import type { RunEvent } from './events.ts'

/** How far a run is: cells settled of those known so far, and how that goes on. Times in milliseconds. */
export interface RunProgress {
  done: number
  total: number
  /** When the run began, and when this was so. */
  began: number
  now: number
}

/** The progress after an event. Each event tells the whole of it, so reading may begin anywhere in a run. */
export function followProgress(before: RunProgress | undefined, event: RunEvent): RunProgress | undefined {
  if (event.type === 'run.started') return { done: 0, total: event.cells, began: event.time, now: event.time }
  if (event.type !== 'run.progress') return before
  return { done: event.done, total: event.total, began: before?.began ?? event.time, now: event.time }
}

/** Cells per second so far, and seconds left if it goes on like that; undefined until there is something to go by. */
export function paceOf(progress: RunProgress): { perSecond: number; secondsLeft: number } | undefined {
  const seconds = (progress.now - progress.began) / 1000
  if (seconds <= 0 || progress.done === 0) return undefined
  const perSecond = progress.done / seconds
  return { perSecond, secondsLeft: (progress.total - progress.done) / perSecond }
}
