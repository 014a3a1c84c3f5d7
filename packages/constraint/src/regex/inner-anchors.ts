import { intersectLanguages } from '../automaton/intersect-languages.ts'
import { charactersBetween, everyCharacter, isSurrogates } from '../grammar/characters.ts'
import { characters, choice, nothing, repeat, sequence, type Expression } from '../grammar/expression.ts'

/** Written for `^` and `$` while a pattern is translated: symbols beside all characters, as those of tokens are. */
const [start, end] = [mark('^', 0xd800), mark('$', 0xd801)]
const either = mark('^ or $', 0xd800, 0xd801)

export const anchorMarks: { readonly start: Expression; readonly end: Expression } = { start, end }

function mark(text: string, first: number, last: number = first): Expression & { kind: 'token' } {
  return {
    kind: 'token',
    tokens: { text, others: false },
    where: {},
    symbols: charactersBetween(first, last),
  }
}

const unmarked = repeat(characters(everyCharacter), 0, Infinity)
/** A text between any number of marks; without characters in between, the marks come in any order. */
const anchored = choice([
  sequence([repeat(start, 0, Infinity), unmarked, repeat(end, 0, Infinity)]),
  repeat(either, 0, Infinity),
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
  return label.kind === 'characters' && isSurrogates(label.set)
}
