import { choice, literal, nothing, sequence, type Expression, type Graph } from '../grammar/expression.ts'
import { mergeAlike } from '../grammar/merge-alike.ts'
import type { Steps } from '../grammar/steps.ts'

/** An object is written as this, whitespace, its properties and `closing`. */
export const opening: Expression = literal('{')
export const closing: Expression = literal('}')

/**
 * Any of the options, of which the objects are one whose properties are one graph: where they begin or end alike they are
 * read once, not once for each.
 */
export function* uniteObjects(options: readonly Expression[]): Steps<Expression> {
  const flat = options.flatMap((option) => (option.kind === 'choice' ? option.options : [option]))
  const objects = flat.flatMap((option) => readObject(option) ?? [])
  const [first] = objects
  if (first === undefined || objects.length === 1) return choice(options)
  const properties = yield* mergeAlike(allOf(objects.map(({ properties }) => properties)))
  const object = sequence([opening, first.space, { kind: 'graph', graph: properties }, closing])
  return choice([...flat.filter((option) => readObject(option) === undefined), object])
}

function readObject(expression: Expression): { space: Expression; properties: Graph } | undefined {
  if (expression.kind !== 'sequence') return undefined
  const [begin, space, properties, end] = expression.items
  const isObject = begin === opening && end === closing && properties?.kind === 'graph'
  return isObject ? { space: space!, properties: properties.graph } : undefined
}

/** One graph that goes on as any of some. */
function allOf(graphs: readonly Graph[]): Graph {
  let size = 1
  const edges: Graph['edges'][number][] = []
  const finals: number[] = []
  for (const graph of graphs) {
    const first = size
    edges.push({ from: 0, to: first, label: nothing })
    for (const { from, to, label } of graph.edges) edges.push({ from: first + from, to: first + to, label })
    for (const final of graph.finals) finals.push(first + final)
    size += graph.size
  }
  return { size, finals, edges }
}
