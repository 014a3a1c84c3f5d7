import type { TextScore } from '@woolgather/llama'
import { draw } from './seeded-draw.ts'
import type { TextRange } from './cut-holes.ts'
import type { TokenSpan } from './token-texts.ts'

/** A share of a list, rounded to whole items; above 0 at least one. */
export function countOf(share: number, items: number): number {
  return share <= 0 ? 0 : Math.min(items, Math.max(1, Math.round(share * items)))
}

/** The first of a list, as a seed shuffles it. */
export function drawSome<Item>(items: readonly Item[], count: number, seed: number): Item[] {
  const ranked = items.map((item, index) => ({ item, rank: draw(seed, index) }))
  return ranked
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, count)
    .map(({ item }) => item)
}

/** Where the tokens of a text stand that a judge finds least likely, as many as a share of them. */
export function leastLikely(
  spans: readonly TokenSpan[],
  score: TextScore | undefined,
  share: number,
): TextRange[] {
  return spans
    .map((span, index) => ({ ...span, logprob: score?.tokens[index]?.logprob ?? 0 }))
    .filter(({ from, to }) => to > from)
    .toSorted((a, b) => a.logprob - b.logprob)
    .slice(0, countOf(share, spans.length))
    .map(({ from, to }) => ({ from, to }))
}
