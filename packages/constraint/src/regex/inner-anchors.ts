import type { CharSet } from 'refa'
import { intersectLanguages } from '../automaton/intersect-languages.ts'
import { charactersBetween, everyCharacter, maximumCodePoint } from '../grammar/characters.ts'
import { characters, choice, nothing, repeat, sequence, type Expression } from '../grammar/expression.ts'

/** Two characters that no text has (Unicode keeps them free), written for `^` and `$` while a pattern is translated. */
const [startPoint, endPoint] = [maximumCodePoint - 1, maximumCodePoint]
const [start, end] = [startPoint, endPoint].map((point) => characters(charactersBetween(point, point))) as [
  Expression,
  Expression,
]
const marks = charactersBetween(startPoint, endPoint)

export const anchorMarks: { readonly start: Expression; readonly end: Expression } = { start, end }

/** A set of characters without those that stand for anchors. */
export function withoutMarks(set: CharSet): CharSet {
  return set.without(marks)
}

const unmarked = repeat(characters(withoutMarks(everyCharacter)), 0, Infinity)
/** A text between any number of marks; without characters in between, the marks come in any order. */
const anchored = choice([
  sequence([repeat(start, 0, Infinity), unmarked, repeat(end, 0, Infinity)]),
  repeat(characters(marks), 0, Infinity),
])

/**
 * The texts of a pattern whose anchors were written as marks: where those stand at the edges of a text they match nothing,
 * elsewhere the text does not match.
 * @returns `undefined` where no text does
 */
export function resolveAnchors(
  marked: Expression,
  openStart: boolean,
  openEnd: boolean,
): Expression | undefined {
  const found = sequence([...(openStart ? [unmarked] : []), marked, ...(openEnd ? [unmarked] : [])])
  const { graph } = intersectLanguages([found, anchored].map((expression) => ({ expression, negate: false })))
  if (graph.finals.length === 0) return undefined
  const edges = graph.edges.map((edge) => (isMark(edge.label) ? { ...edge, label: nothing } : edge))
  return { kind: 'graph', graph: { ...graph, edges } }
}

function isMark(label: Expression): boolean {
  return label.kind === 'characters' && (label.set.ranges[0]?.min ?? 0) >= startPoint
}
