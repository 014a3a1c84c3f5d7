import { intersectLanguages } from '../automaton/intersect-languages.ts'
import type { Expression, Graph } from '../grammar/expression.ts'

/** The texts of an expression that calls no rules; `undefined` where there are more. */
export function listTexts(expression: Expression, most: number): readonly string[] | undefined {
  const { graph } = intersectLanguages([{ expression, negate: false }])
  const from = groupEdges(graph)
  const texts: string[] = []
  const open = [{ node: 0, text: '' }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, text } = next
    if (graph.finals.includes(node)) texts.push(text)
    for (const { to, label } of from.get(node) ?? []) {
      if (label.kind !== 'characters' || label.set.size > most) return undefined
      for (const { min, max } of label.set.ranges)
        for (let point = min; point <= max; point++)
          open.push({ node: to, text: text + String.fromCodePoint(point) })
    }
    if (texts.length > most || open.length > most || text.length > graph.size) return undefined
  }
  return texts.toSorted()
}

function groupEdges({ edges }: Graph): Map<number, Graph['edges'][number][]> {
  const from = new Map<number, Graph['edges'][number][]>()
  for (const edge of edges) from.set(edge.from, [...(from.get(edge.from) ?? []), edge])
  return from
}
