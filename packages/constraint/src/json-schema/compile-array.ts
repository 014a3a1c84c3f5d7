import { choice, literal, repeat, sequence, type Expression, type Graph } from '../grammar/expression.ts'
import type { Conjunction } from './expand-alternatives.ts'
import { keyword, readCount, tightest } from './read-keywords.ts'
import { child, type Location } from './schema-location.ts'
import type { ValueCompiler } from './value-compiler.ts'

/** Lists: a value per `prefixItems`, then any number of `items`. */
export function compileArray(locations: Conjunction, compiler: ValueCompiler): Expression {
  const minimum = tightest(locations, (location) => readCount(location, 'minItems'), Math.max, 0)
  const maximum = tightest(locations, (location) => readCount(location, 'maxItems'), Math.min, Infinity)
  const shapes = locations.map(readShape)
  const prefix = Math.min(Math.max(0, ...shapes.map((shape) => shape.prefix.length)), maximum)
  const valueAt = (index: number) =>
    compiler.valueOf(shapes.flatMap((shape) => shape.prefix[index] ?? shape.rest ?? []))
  const separated = (value: Expression) => sequence([compiler.space, literal(','), compiler.space, value])
  const edges: Graph['edges'][number][] = Array.from({ length: prefix }, (_, index) => ({
    from: index,
    to: index + 1,
    label: index === 0 ? valueAt(0) : separated(valueAt(index)),
  }))
  const finals = Array.from({ length: prefix + 1 }, (_, index) => index).filter((count) => count >= minimum)
  const rest = compiler.valueOf(shapes.flatMap((shape) => shape.rest ?? []))
  const first = prefix === 0 ? 1 : 0
  if (maximum > prefix) {
    const least = Math.max(0, minimum - prefix - first)
    const others = repeat(separated(rest), least, maximum - prefix - first)
    edges.push({ from: prefix, to: prefix + 1, label: prefix === 0 ? sequence([rest, others]) : others })
    finals.push(prefix + 1)
  }
  if (maximum < minimum) return choice([])
  // After the last item, so that an empty list has its whitespace once.
  const end = prefix + 2
  for (const final of finals) if (final > 0) edges.push({ from: final, to: end, label: compiler.space })
  const items: Expression = {
    kind: 'graph',
    graph: { size: prefix + 3, finals: minimum === 0 ? [0, end] : [end], edges },
  }
  return sequence([literal('['), compiler.space, items, literal(']')])
}

/** `items` as a list, with `additionalItems`, is how older drafts write `prefixItems` and `items`. */
function readShape(location: Location): { prefix: Location[]; rest: Location | undefined } {
  const items = keyword(location, 'items')
  const isOld = Array.isArray(items)
  const prefixName = isOld ? 'items' : 'prefixItems'
  const restName = isOld ? 'additionalItems' : 'items'
  const prefix = keyword(location, prefixName)
  return {
    prefix: Array.isArray(prefix) ? prefix.map((_, index) => child(location, prefixName, index)) : [],
    rest: keyword(location, restName) === undefined ? undefined : child(location, restName),
  }
}
