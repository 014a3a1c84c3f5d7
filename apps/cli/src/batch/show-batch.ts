import { createLogUpdate } from 'log-update'
import type { TextSink } from '../cli-io.ts'
import { bar } from '../progress/progress.ts'

/** Between two drawings on a terminal, and between two lines elsewhere. */
const liveInterval = 100
const plainInterval = 5_000

export interface BatchProgress {
  add(rows: number, failed: number): void
  say(text: string): void
  end(): void
}

/** A bar with rate and time left, in place on a terminal, a line now and then elsewhere. */
export function showBatch(
  stderr: TextSink,
  start: { done: number; failed: number; total: number },
): BatchProgress {
  const live = stderr.isTTY ? createLogUpdate(stderr as NodeJS.WriteStream) : undefined
  const began = performance.now()
  let { done, failed } = start
  let shown = began

  const line = (): string =>
    batchLine({
      done,
      failed,
      total: start.total,
      fresh: done - start.done,
      milliseconds: performance.now() - began,
    })

  return {
    add(rows, more) {
      done += rows
      failed += more
      const now = performance.now()
      if (now - shown < (live ? liveInterval : plainInterval)) return
      shown = now
      if (live) live(line())
      else stderr.write(`${line()}\n`)
    },
    say(text) {
      live?.clear()
      stderr.write(`${text}\n`)
    },
    end() {
      live?.clear()
      live?.done()
      stderr.write(`${line()}\n`)
    },
  }
}

/** `██████░░░░ 340/1000 rows · 52.1/s · 13 s left · 2 failed` */
export function batchLine(batch: {
  done: number
  failed: number
  total: number
  /** Rows done since the command was given. */
  fresh: number
  milliseconds: number
}): string {
  const { done, failed, total, fresh, milliseconds } = batch
  const parts = [`${bar(done, total)}${done}/${total} rows`]
  const perSecond = milliseconds > 0 ? (fresh / milliseconds) * 1_000 : 0
  if (perSecond > 0) parts.push(`${perSecond.toFixed(1)}/s`)
  if (perSecond > 0 && done < total) parts.push(`${duration((total - done) / perSecond)} left`)
  if (failed > 0) parts.push(`${failed} failed`)
  return parts.join(' · ')
}

function duration(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`
  if (seconds < 6_000) return `${Math.ceil(seconds / 60)} min`
  return `${(seconds / 3_600).toFixed(1)} h`
}
