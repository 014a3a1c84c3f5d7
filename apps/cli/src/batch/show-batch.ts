import type { RunError } from '@woolgather/workflow'
import { createLogUpdate } from 'log-update'
import type { TextSink } from '../io/cli-io.ts'
import { printIssues } from '../print/print-issues.ts'
import type { CellNames } from '../progress/name-cells.ts'
import { bar } from '../progress/progress.ts'

/** Between two drawings on a terminal, and between two lines elsewhere. */
const liveInterval = 100
const plainInterval = 5_000

export interface BatchProgress {
  add(rows: number, failed: number): void
  /** What went wrong in a row; of many failures only the first. */
  tell(row: number, errors: readonly RunError[], nameOf: CellNames['nameOf']): void
  say(text: string): void
  end(): void
}

/** Rows whose errors are told: more of them would push the rest off the screen, and are in the results. */
const mostTold = 10

/** A bar with rate and time left, in place on a terminal, a line now and then elsewhere; nothing where `quiet`. */
export function showBatch(
  stderr: TextSink,
  start: { done: number; failed: number; total: number },
  quiet: boolean = false,
): BatchProgress {
  if (quiet) return { add: () => {}, tell: () => {}, say: () => {}, end: () => {} }
  const live = stderr.isTTY ? createLogUpdate(stderr as NodeJS.WriteStream) : undefined
  const began = performance.now()
  let { done, failed } = start
  let shown = began
  let told = 0

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
    tell(row, errors, nameOf) {
      if (++told > mostTold + 1) return
      live?.clear()
      if (told > mostTold) stderr.write('What goes wrong in further rows is only in the results.\n')
      else printIssues(errors, stderr, (error) => `row ${row} ${nameOf(error)}`.trimEnd())
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
