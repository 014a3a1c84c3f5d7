import { intersectLanguages } from '../automaton/intersect-languages.ts'
import { charactersBetween, charactersOf, everyCharacter, isSurrogates } from '../grammar/characters.ts'
import { characters, nothing, repeat, sequence, type Expression, type Graph } from '../grammar/expression.ts'
import type { RegexDialect } from './regex-characters.ts'

type Mark = 'start' | 'end' | 'lineStart' | 'lineEnd'

/** Written for anchors while a pattern is translated: symbols beside all characters, as those of tokens are. */
export const anchorMarks: { readonly [mark in Mark]: Expression } = {
  start: mark('^', 0xd800),
  end: mark('$', 0xd801),
  lineStart: mark('^ of a line', 0xd802),
  lineEnd: mark('$ of a line', 0xd803),
}

function mark(text: string, symbol: number): Expression {
  return {
    kind: 'token',
    tokens: { text, others: false },
    where: {},
    symbols: charactersBetween(symbol, symbol),
  }
}

const unmarked = repeat(characters(everyCharacter), 0, Infinity)

/**
 * The texts of a pattern whose anchors were written as marks: where those stand as they may they match nothing, elsewhere
 * the text does not match.
 * @returns `undefined` where no text does
 */
export function resolveAnchors(
  marked: Expression,
  { openStart, openEnd }: { openStart: boolean; openEnd: boolean },
  dialect: RegexDialect,
): Expression | undefined {
  const found = sequence([...(openStart ? [unmarked] : []), marked, ...(openEnd ? [unmarked] : [])])
  const anchored = anchoredTexts[dialect]
  const { graph } = intersectLanguages([found, anchored].map((expression) => ({ expression, negate: false })))
  if (graph.finals.length === 0) return undefined
  const edges = graph.edges.map((edge) => (isMark(edge.label) ? { ...edge, label: nothing } : edge))
  return { kind: 'graph', graph: { ...graph, edges } }
}

const anchoredTexts: { readonly [dialect in RegexDialect]: Expression } = {
  python: anchoredText('\n'),
  ecmascript: anchoredText('\n\r\u2028\u2029'),
}

/**
 * Any text with marks where they may stand. Nodes are what came before (nothing, a character, the end of a line) and which
 * marks stand after it: none that says what follows, one that a line or the text must end, one that the text must.
 */
function anchoredText(breaks: string): Expression {
  const breaking = charactersOf(breaks)
  const [nothingBefore, character, line] = [0, 1, 2]
  const node = (before: number, ends: number): number => before + 3 * ends
  const edges: Graph['edges'][number][] = []
  for (const before of [nothingBefore, character, line]) {
    for (const ends of [0, 1, 2]) {
      const from = node(before, ends)
      const stay = (kind: Mark): number => edges.push({ from, to: from, label: anchorMarks[kind] })
      if (before === nothingBefore) stay('start')
      if (before !== character) stay('lineStart')
      edges.push({ from, to: node(before, Math.max(ends, 1)), label: anchorMarks.lineEnd })
      edges.push({ from, to: node(before, 2), label: anchorMarks.end })
      if (ends < 2) edges.push({ from, to: node(line, 0), label: characters(breaking) })
      if (ends === 0)
        edges.push({ from, to: node(character, 0), label: characters(everyCharacter.without(breaking)) })
    }
  }
  const finals = Array.from({ length: 9 }, (_, index) => index)
  return { kind: 'graph', graph: { size: 9, finals, edges } }
}

function isMark(label: Expression): boolean {
  return label.kind === 'characters' && isSurrogates(label.set)
}
