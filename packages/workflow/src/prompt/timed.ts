import type { When } from './parse-schedule.ts'

/**
 * A value that depends on the step. The first piece whose `until` still holds applies (step ≤ `step`, and step ≤
 * `fraction` of the total, truncated), the last one has none; its values take turns, one per step.
 */
export type Timed<Value> = Piece<Value>[]

export interface Piece<Value> {
  until?: { step?: number | undefined; fraction?: number | undefined } | undefined
  cycle: Value[]
}

/** A stretch of steps in which every switch stands the same way; bounds are inclusive, `phase` is step − 1. */
export interface Moment {
  step: number
  fraction: number
  phase: number
}

/** Where a timed value changes: bounds, and how many steps its alternations take to repeat. */
export interface Changes {
  steps: readonly number[]
  fractions: readonly number[]
  period: number
}

export const always = <Value>(value: Value): Timed<Value> => [{ cycle: [value] }]

/** The value at a step, from 1 up to `total`. */
export function valueAt<Value>(timed: Timed<Value>, step: number, total: number): Value {
  const piece = timed.find(({ until }) => {
    const fraction = until?.fraction === undefined ? Infinity : Math.trunc(until.fraction * total)
    return step <= Math.min(until?.step ?? Infinity, fraction)
  })
  const cycle = piece?.cycle ?? []
  const value = cycle[(step - 1) % cycle.length]
  if (value === undefined) throw new RangeError(`Nothing is given for step ${step} of ${total}.`)
  return value
}

/** Whether the whole moment comes before a switch. */
export function isBefore(moment: Moment, when: When): boolean {
  return 'step' in when ? moment.step <= when.step : moment.fraction <= when.fraction
}

export function changesOf(all: readonly Timed<unknown>[]): Changes {
  const untils = all.flat().map((piece) => piece.until)
  return {
    steps: untils.flatMap((until) => until?.step ?? []),
    fractions: untils.flatMap((until) => until?.fraction ?? []),
    period: all.flat().reduce((period, piece) => leastCommonMultiple(period, piece.cycle.length), 1),
  }
}

/** How many values `timedFrom` would ask for. */
export function countMoments({ steps, fractions, period }: Changes): number {
  return (new Set(steps).size + 1) * (new Set(fractions).size + 1) * period
}

/** Builds a timed value from what it is in each stretch between changes. */
export function timedFrom<Value>(changes: Changes, at: (moment: Moment) => Value): Timed<Value> {
  const pieces: Timed<Value> = []
  for (const step of upTo(changes.steps)) {
    for (const fraction of upTo(changes.fractions)) {
      const cycle = Array.from({ length: changes.period }, (_, phase) => at({ step, fraction, phase }))
      pieces.push({ ...untilOf(step, fraction), cycle: shorten(cycle) })
    }
  }
  return pieces.filter((piece, index) => !isCovered(piece, pieces[index + 1]))
}

export function mapTimed<From, To>(timed: Timed<From>, change: (value: From) => To): Timed<To> {
  return timed.map((piece) => ({ ...piece, cycle: piece.cycle.map(change) }))
}

/** Several timed values as one, of what they are at the same time. */
export function allTimed<Value>(timed: readonly Timed<Value>[]): Timed<Value[]> {
  return timedFrom(changesOf(timed), (moment) => timed.map((one) => momentValue(one, moment)))
}

function momentValue<Value>(timed: Timed<Value>, moment: Moment): Value {
  const piece = timed.find(
    ({ until }) =>
      moment.step <= (until?.step ?? Infinity) && moment.fraction <= (until?.fraction ?? Infinity),
  )
  const cycle = piece?.cycle ?? []
  return cycle[moment.phase % cycle.length] as Value
}

function upTo(bounds: readonly number[]): number[] {
  return [...new Set(bounds), Infinity].sort((a, b) => a - b)
}

function untilOf(step: number, fraction: number): Pick<Piece<never>, 'until'> {
  if (step === Infinity && fraction === Infinity) return {}
  return {
    until: { ...(step === Infinity ? {} : { step }), ...(fraction === Infinity ? {} : { fraction }) },
  }
}

function shorten<Value>(cycle: Value[]): Value[] {
  const [first] = cycle
  return cycle.every((value) => same(value, first)) ? cycle.slice(0, 1) : cycle
}

/** Whether the next piece says the same and lasts at least as long in both measures. */
function isCovered(piece: Piece<unknown>, next: Piece<unknown> | undefined): boolean {
  return (
    next !== undefined &&
    (next.until?.step ?? Infinity) >= (piece.until?.step ?? Infinity) &&
    (next.until?.fraction ?? Infinity) >= (piece.until?.fraction ?? Infinity) &&
    same(piece.cycle, next.cycle)
  )
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

export function leastCommonMultiple(a: number, b: number): number {
  return (a / greatestCommonDivisor(a, b)) * b
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
