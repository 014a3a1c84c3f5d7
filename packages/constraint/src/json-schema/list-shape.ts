import { repeat, sequence, literal, type Expression, type Graph } from '../grammar/expression.ts'
import type { Conjunction } from './conjunctions.ts'
import { keyword, readCount, tightest } from './read-keywords.ts'
import { child, type Location } from './schema-location.ts'
import type { ValueCompiler } from './value-compiler.ts'

/** What all the schemas say of a list together. */
export interface ListShape {
  readonly locations: Conjunction
  readonly minimum: number
  readonly maximum: number
  /** Whether each item differs from all before it. */
  readonly areDistinct?: boolean
  /** Items before this one have schemas of their own. */
  readonly prefix: number
  /** Schemas of the item at an index. */
  readonly schemasAt: (index: number) => Conjunction
}

/** Items, and whitespace after the last. */
export function anyItems(
  { minimum, maximum, prefix: named, schemasAt, areDistinct }: ListShape,
  compiler: ValueCompiler,
): Expression {
  const prefix = Math.min(named, maximum)
  compiler.spend(prefix)
  /** @param endsSurely whether the list may end after it: where another must come, none may be left that ends soon */
  const separated = (value: Expression, endsSurely: boolean) =>
    sequence([
      compiler.space,
      literal(','),
      compiler.space,
      value,
      ...(areDistinct === true ? [{ kind: 'differs', endsSurely } as const] : []),
    ])
  const edges: Graph['edges'][number][] = Array.from({ length: prefix }, (_, index) => {
    const value = compiler.valueOf(schemasAt(index))
    return { from: index, to: index + 1, label: index === 0 ? value : separated(value, index >= minimum) }
  })
  const finals = Array.from({ length: prefix + 1 }, (_, index) => index).filter((count) => count >= minimum)
  const first = prefix === 0 ? 1 : 0
  if (maximum > prefix) {
    const rest = compiler.valueOf(schemasAt(prefix))
    const least = Math.max(0, minimum - prefix - first)
    const most = maximum - prefix - first
    const others =
      areDistinct === true && least > 0
        ? sequence([
            repeat(separated(rest, false), least, least),
            repeat(separated(rest, true), 0, most - least),
          ])
        : repeat(separated(rest, true), least, most)
    edges.push({ from: prefix, to: prefix + 1, label: prefix === 0 ? sequence([rest, others]) : others })
    finals.push(prefix + 1)
  }
  // After the last item, so that an empty list has its whitespace once.
  const end = prefix + 2
  for (const final of finals) if (final > 0) edges.push({ from: final, to: end, label: compiler.space })
  const graph: Graph = { size: prefix + 3, finals: minimum === 0 ? [0, end] : [end], edges }
  return { kind: 'graph', graph }
}

export function readList(locations: Conjunction): ListShape {
  const shapes = locations.map(readShape)
  return {
    locations,
    minimum: tightest(locations, (location) => readCount(location, 'minItems'), Math.max, 0),
    maximum: tightest(locations, (location) => readCount(location, 'maxItems'), Math.min, Infinity),
    prefix: Math.max(0, ...shapes.map(({ prefix }) => prefix.length)),
    schemasAt: (index) =>
      shapes.flatMap(({ prefix, rest }) =>
        index < prefix.length ? (prefix[index] ?? []) : rest === undefined ? [] : [rest],
      ),
  }
}

/** `items` as a list, with `additionalItems`, is how older drafts write `prefixItems` and `items`. */
function readShape(location: Location): { prefix: (Location | undefined)[]; rest: Location | undefined } {
  const { demand } = location
  if (demand?.kind === 'unevaluated-items')
    return { prefix: Array.from({ length: demand.prefix }, () => undefined), rest: demand.value }
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
