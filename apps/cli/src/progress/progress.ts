import { paceOf, type CellEvent, type RunError, type RunEvent, type RunProgress } from '@woolgather/workflow'

/** Shows on stderr what goes on in a run. */
export interface Progress {
  add(event: RunEvent): void
  /** A line that stays. */
  say(text: string): void
  /** Takes away what is not meant to stay, once all was shown. */
  end(): Promise<void>
}

/** `42/80 tokens`, `12.5/40.0 MB`, `42 tokens`. */
export function amount({ done, total, unit }: { done: number; total: number; unit: string }): string {
  const [scale, digits, name] = unit === 'bytes' ? [1e6, 1, 'MB'] : [1, 0, unit]
  const show = (value: number): string => (value / scale).toFixed(digits)
  return total > 0 ? `${show(done)}/${show(total)} ${name}` : `${show(done)} ${name}`
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`
}

/** A worker process that ended while there was something to do. */
export function restartLine({ message }: RunError): string {
  return `${message} Another takes up what it was doing.`
}

/** What is said aloud of an event that is about no cell; undefined where it goes without saying. */
export function newsOf(event: Exclude<RunEvent, CellEvent>): string | undefined {
  switch (event.type) {
    case 'run.restarted':
      return restartLine(event.error)
    case 'run.queued':
    case 'run.started':
    case 'run.progress':
    case 'run.finished':
      return undefined
    default:
      // Nothing that a later version tells.
      return void (event satisfies never)
  }
}

const barWidth = 20

/** `██████░░░░ `, or nothing where the total is not known. */
export function bar(done: number, total: number): string {
  if (total <= 0) return ''
  const full = Math.round(barWidth * Math.min(1, done / total))
  return `${'█'.repeat(full)}${'░'.repeat(barWidth - full)} `
}

/** `██████░░░░ 34/120 cells · 5.2/s · 17 s left` */
export function runLine(progress: RunProgress): string {
  const { done, total } = progress
  const pace = paceOf(progress)
  const parts = [`${bar(done, total)}${done}/${total} cells`]
  if (pace !== undefined) parts.push(`${pace.perSecond.toFixed(1)}/s`)
  if (pace !== undefined && pace.secondsLeft > 0) parts.push(`${Math.ceil(pace.secondsLeft)} s left`)
  return parts.join(' · ')
}
