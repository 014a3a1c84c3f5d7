import { impossible, literal, sequence, type Expression, type Graph } from '../grammar/expression.ts'
import type { Conjunction } from './conjunctions.ts'
import { uncounted } from './count-contained.ts'
import { countValues } from './count-values.ts'
import { excludeOneAnother } from './exclude-alternatives.ts'
import { anyItems, type ListShape } from './list-shape.ts'
import { readCount } from './read-keywords.ts'
import { child, refuseKeyword, type Json, type Location } from './schema-location.ts'
import { canonical } from './canonical.ts'
import { mostWritten } from '../memory/json-reading.ts'
import { isValidValue } from './validate-value.ts'
import type { ValueCompiler } from './value-compiler.ts'

/** Values of which every set that was written is a state, where their lists differ from place to place. */
const mostValues = 10
/** Values of one list for all items: which were written goes with the place that the list returns to. */
const mostUnordered = 4_096
const longestTuple = 30

/**
 * Items no two of which are equal, by the automaton alone: of few values that are listed, or of kinds that have none in
 * common.
 * @returns `undefined` for others, which must be remembered while they are written
 */
export function distinctItems(
  shape: ListShape,
  unique: Location,
  contained: Conjunction,
  compiler: ValueCompiler,
): Expression | undefined {
  const isCounted = contained.length > 0
  if (!isCounted && shape.maximum <= longestTuple && areApart(shape, compiler))
    return anyItems(shape, compiler)
  const written = new Map<string, string>()
  const lists = Array.from({ length: Math.min(shape.prefix, shape.maximum) + 1 }, (_, index) =>
    writeOnce(compiler.listValues(shape.schemasAt(index)), written),
  )
  const values = [...written.values()]
  if (!isCounted && lists.length === 1 && lists[0] !== undefined && values.length <= mostUnordered)
    return eachOnce(shape, values, compiler)
  if (!isCounted && !lists.includes(undefined) && values.length <= mostValues)
    return subsetsOf(shape, lists as string[][], values, compiler)
  refuseFewValues(shape, unique, contained, compiler)
  return undefined
}

/** Wherever an item is asked for there must be more values for it than items that may have taken them. */
function refuseFewValues(
  { minimum, prefix, schemasAt }: ListShape,
  unique: Location,
  contained: Conjunction,
  compiler: ValueCompiler,
): void {
  const check = (schemas: Conjunction, needed: number, limited: Conjunction = []): void => {
    if (needed < 2 || (needed <= mostWritten && countUpTo(schemas, limited, needed, compiler) >= needed))
      return
    const hint = `Ask for fewer items: it cannot be told that there are ${needed} different ones at ${schemas[0]?.path ?? unique.path}.`
    throw refuseKeyword(unique.path, 'uniqueItems', hint)
  }
  const rest = schemasAt(prefix)
  // A list that must contain something goes on until it does.
  const asked = contained.length > 0 ? prefix : Math.min(minimum, prefix)
  for (let index = 0; index < asked; index++) check(schemasAt(index), index + 1)
  if (minimum > prefix) check(rest, minimum, contained.filter(hasLimit))
  for (const location of contained)
    check([...rest, child(location, 'contains')], readCount(location, 'minContains') ?? 1)
}

/** How many different items there may surely be, where of those that are contained there may be only so many. */
function countUpTo(
  schemas: Conjunction,
  limited: Conjunction,
  enough: number,
  compiler: ValueCompiler,
): number {
  const others = countValues(
    [...schemas, ...limited.flatMap((one) => uncounted(one) ?? [])],
    enough,
    compiler,
  )
  const [location] = limited
  if (location === undefined || limited.length > 1) return others
  const counted = countValues([...schemas, child(location, 'contains')], enough, compiler)
  return others + Math.min(readCount(location, 'maxContains') ?? Infinity, counted)
}

function hasLimit(location: Location): boolean {
  return readCount(location, 'maxContains') !== undefined
}

/**
 * Values as texts, equal ones alike, whichever way the schema has them.
 * @param written the texts so far, by what equal values have in common
 */
function writeOnce(
  values: readonly Json[] | undefined,
  written: Map<string, string>,
): readonly string[] | undefined {
  return values?.map((value) => {
    const key = canonical(value)
    const text = written.get(key) ?? JSON.stringify(value)
    written.set(key, text)
    return text
  })
}

function areApart({ maximum, schemasAt }: ListShape, compiler: ValueCompiler): boolean {
  const context = {
    expand: compiler.alternativesOf.bind(compiler),
    isValid: isValidValue,
    known: new Map<string, boolean>(),
  }
  const items = Array.from({ length: maximum }, (_, index) => compiler.alternativesOf(schemasAt(index)))
  return items.every((left, first) =>
    items.slice(first + 1).every((right) => excludeOneAnother(left, right, context)),
  )
}

function eachOnce(
  { minimum, maximum }: ListShape,
  values: readonly string[],
  compiler: ValueCompiler,
): Expression {
  if (minimum > values.length) return impossible
  const { space } = compiler
  return {
    kind: 'unordered',
    members: values.map((value) => ({ item: compiler.share(literal(value)), required: false })),
    rest: undefined,
    counts: { minimum, maximum },
    separator: sequence([space, literal(','), space]),
    end: space,
  }
}

/** A node for each set of values that were written. */
function subsetsOf(
  { minimum, maximum }: ListShape,
  lists: readonly (readonly string[])[],
  values: readonly string[],
  { space }: ValueCompiler,
): Expression {
  const end = 2 ** values.length
  const edges: Graph['edges'][number][] = []
  const finals: number[] = []
  for (let from = 0; from < end; from++) {
    const count = values.filter((_, index) => (from >> index) % 2 === 1).length
    if (count >= minimum && count <= maximum) {
      if (from === 0) finals.push(0)
      else edges.push({ from, to: end, label: space })
    }
    if (count >= maximum) continue
    const list = lists[Math.min(count, lists.length - 1)]!
    values.forEach((value, index) => {
      if ((from >> index) % 2 === 1 || !list.includes(value)) return
      const label = from === 0 ? literal(value) : sequence([space, literal(','), space, literal(value)])
      edges.push({ from, to: from | (1 << index), label })
    })
  }
  return { kind: 'graph', graph: { size: end + 1, finals: [...finals, end], edges } }
}
