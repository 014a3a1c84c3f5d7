import { intersectLanguages, type Condition } from '../automaton/intersect-languages.ts'
import type { Graph } from '../grammar/expression.ts'
import { longestOf, textConditions } from './compile-string.ts'
import type { Conjunction } from './conjunctions.ts'
import { readList } from './list-shape.ts'
import { keyword, readBounds, readCount, readKeys, readNames, tightest } from './read-keywords.ts'
import { child } from './schema-location.ts'
import type { ValueCompiler } from './value-compiler.ts'
import { allowedTypes } from './value-types.ts'
import { wholeNumbersOf } from './whole-numbers.ts'

/** Values inside values that are looked at. */
const deepest = 3
/** Whole numbers between bounds that are counted one by one. */
const mostWholeNumbers = 10_000

/** How many different values meet the schemas: at least so many, up to a number that is enough. */
export function countValues(
  locations: Conjunction,
  enough: number,
  compiler: ValueCompiler,
  depth = 0,
): number {
  const listed = compiler.listValues(locations)
  if (listed !== undefined) return listed.length
  return Math.max(
    0,
    ...compiler.alternativesOf(locations).map((one) => countOf(one, enough, compiler, depth)),
  )
}

function countOf(locations: Conjunction, enough: number, compiler: ValueCompiler, depth: number): number {
  const listed = compiler.listValues(locations)
  if (listed !== undefined) return listed.length
  const types = allowedTypes(locations)
  return Math.max(
    types.has('string') ? countTexts(locations, enough) : 0,
    types.has('number') || types.has('integer') ? countNumbers(locations) : 0,
    types.has('array') ? countLists(locations, enough, compiler, depth) : 0,
    types.has('object') ? countObjects(locations, enough, compiler, depth) : 0,
  )
}

function isDemanding(locations: Conjunction): boolean {
  return locations.some(({ demand }) => demand !== undefined && demand.kind !== 'types')
}

/** Texts that meet the schemas and more conditions. */
export function countTexts(locations: Conjunction, enough: number, more: readonly Condition[] = []): number {
  const minimum = tightest(locations, (location) => readCount(location, 'minLength'), Math.max, 0)
  const maximum = tightest(locations, (location) => longestOf(location), Math.min, Infinity)
  const unlisted = locations.flatMap(({ demand }) => (demand?.kind === 'unlisted' ? demand.values : []))
  const conditions = [...textConditions(locations), ...more]
  const most = enough + unlisted.length
  if (conditions.length === 0) return maximum < minimum ? 0 : countFree(maximum) - unlisted.length
  const { graph } = intersectLanguages(conditions, locations[0]?.document.room)
  return countPaths(graph, { minimum, maximum, most }) - unlisted.length
}

/** Texts of ordinary characters. */
function countFree(maximum: number): number {
  return maximum === Infinity ? Infinity : 90 ** maximum
}

/** Texts of so many characters, by the ways through a deterministic graph: as many as are enough. */
export function countPaths(
  { size, edges, finals }: Graph,
  { minimum, maximum, most }: { minimum: number; maximum: number; most: number },
): number {
  const leading = leadingToEnd(edges, finals)
  let ways = new Float64Array(size)
  ways[0] = 1
  let found = 0
  // Longer texts go round somewhere, and then shorter ones did before.
  const longest = Math.min(maximum, minimum + 2 * size + most)
  for (let length = 0; length <= longest && found < most && ways.some((count) => count > 0); length++) {
    if (length >= minimum) for (const final of finals) found += ways[final]!
    const next = new Float64Array(size)
    for (const { from, to, label } of edges)
      if (label.kind === 'characters' && leading.has(to) && ways[from]! > 0)
        next[to] = Math.min(most, next[to]! + ways[from]! * Math.min(most, label.set.size))
    ways = next
  }
  return found
}

/** Nodes from which a text may end. */
function leadingToEnd(edges: Graph['edges'], finals: Graph['finals']): ReadonlySet<number> {
  const before = new Map<number, number[]>()
  for (const { from, to } of edges) {
    const known = before.get(to)
    if (known === undefined) before.set(to, [from])
    else known.push(from)
  }
  const found = new Set(finals)
  for (const node of found) for (const one of before.get(node) ?? []) found.add(one)
  return found
}

function countNumbers(locations: Conjunction): number {
  const whole = wholeNumbersOf(locations, mostWholeNumbers)
  if (whole !== undefined) return whole.length
  if (isDemanding(locations)) return 0
  const bounds = locations.flatMap(readBounds)
  const isOpen = !bounds.some(({ isLower }) => isLower) || !bounds.some(({ isLower }) => !isLower)
  if (isOpen) return Infinity
  const [low, high] = [true, false].map((lower) =>
    bounds
      .filter(({ isLower }) => isLower === lower)
      .map(({ value }) => value)
      .reduce((one, other) => (lower ? Math.max(one, other) : Math.min(one, other))),
  ) as [number, number]
  const steps = locations
    .map((location) => keyword(location, 'multipleOf'))
    .filter((step) => step !== undefined)
  const isWhole = !allowedTypes(locations).has('number')
  if (steps.length > 0 || isWhole) return steps.length === 0 ? Math.max(0, high - low - 2) : 0
  return high > low ? Infinity : 0
}

function countLists(locations: Conjunction, enough: number, compiler: ValueCompiler, depth: number): number {
  const { minimum, maximum, prefix, schemasAt } = readList(locations)
  const isPlain = locations.every((location) => keyword(location, 'contains') === undefined)
  const isUnique = locations.some((location) => keyword(location, 'uniqueItems') === true)
  if (depth >= deepest || !isPlain || isDemanding(locations) || prefix > 0 || maximum < minimum) return 0
  const ofItem = maximum === 0 ? 0 : countValues(schemasAt(0), enough, compiler, depth + 1)
  if (ofItem === Infinity || (ofItem > 0 && maximum === Infinity && !isUnique)) return Infinity
  const empty = minimum === 0 ? 1 : 0
  return minimum <= 1 ? ofItem + empty : 0
}

function countObjects(
  locations: Conjunction,
  enough: number,
  compiler: ValueCompiler,
  depth: number,
): number {
  const has = (name: string): boolean => locations.some((location) => keyword(location, name) !== undefined)
  if (depth >= deepest || isDemanding(locations) || has('propertyNames') || has('maxProperties')) return 0
  const isClosed = compiler.closedObjects || has('additionalProperties') || has('unevaluatedProperties')
  if (!isClosed && !has('patternProperties')) return Infinity
  if (has('patternProperties')) return 0
  const names = [...new Set(locations.flatMap((location) => readKeys(location, 'properties')))]
  const required = new Set(locations.flatMap((location) => readNames(location, 'required')))
  if (locations.length > 1 || [...required].some((name) => !names.includes(name))) return 0
  return Math.max(
    required.size === 0 ? 1 : 0,
    ...names.map((name) =>
      countValues([child(locations[0]!, 'properties', name)], enough, compiler, depth + 1),
    ),
  )
}
