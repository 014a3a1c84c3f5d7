import type { MixTerm, PromptMix } from './prompt-mix.ts'
import { mapTimed, type Timed } from './timed.ts'

/** A term and what it counts: how mixes are computed with, before equal terms become one. */
export interface WeightedTerm {
  term: MixTerm
  weight: number
}

export function weightedTerms({ terms, coefficients }: PromptMix): Timed<WeightedTerm[]> {
  return mapTimed(coefficients, (row) => terms.map((term, index) => ({ term, weight: row[index] ?? 0 })))
}

export function scale(terms: readonly WeightedTerm[], factor: number): WeightedTerm[] {
  return terms.map(({ term, weight }) => ({ term, weight: weight * factor }))
}

/** Weights this small are what floating-point arithmetic leaves of 0. */
const nothing = 1e-12

/** Gathers equal terms into one each, leaves out those that never count, and keeps the order of appearance. */
export function toMix(timed: Timed<WeightedTerm[]>): PromptMix {
  const terms = new Map<string, MixTerm>()
  for (const { term } of timed.flatMap((piece) => piece.cycle.flat())) terms.set(keyOf(term), term)
  const keys = [...terms.keys()]
  const rows = mapTimed(timed, (weighted) => {
    const sums = new Map<string, number>()
    for (const { term, weight } of weighted) sums.set(keyOf(term), (sums.get(keyOf(term)) ?? 0) + weight)
    return keys.map((key) => sums.get(key) ?? 0)
  })
  const used = keys.map((_, index) => rows.some(({ cycle }) => cycle.some((row) => counts(row[index]))))
  return {
    terms: [...terms.values()].filter((_, index) => used[index]),
    coefficients: mapTimed(rows, (row) =>
      row.filter((_, index) => used[index]).map((weight) => (counts(weight) ? weight : 0)),
    ),
  }
}

function counts(weight: number | undefined): boolean {
  return Math.abs(weight ?? 0) > nothing
}

function keyOf({ prompt, model }: MixTerm): string {
  return JSON.stringify([prompt, model ?? null])
}
