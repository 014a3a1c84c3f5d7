import { literal, sequence, type Expression, type Graph } from '../grammar/expression.ts'
import type { ListShape } from './list-shape.ts'
import type { Conjunction } from './conjunctions.ts'
import { readCount } from './read-keywords.ts'
import { child, madeOf, refuseKeyword, type Location, type SchemaObject } from './schema-location.ts'
import type { ValueCompiler } from './value-compiler.ts'

const maximumNodes = 5_000

/** How many of the items so far meet a schema, counted to where it no longer matters. */
interface Counter {
  readonly inside: Location
  readonly outside: Location | undefined
  readonly least: number
  readonly most: number
  readonly levels: number
}

/**
 * Items of which so many meet `contains`: a node for how many there are, and how many of them count. Where there is no
 * upper limit an item that would count need not be counted, so that no complement is needed.
 */
export function countContained(
  shape: ListShape,
  contained: readonly Location[],
  compiler: ValueCompiler,
): Expression {
  const counters = contained.map(readCounter)
  const longest =
    shape.maximum === Infinity ? Math.max(shape.prefix, shape.minimum, 1) : Math.max(shape.maximum, 1)
  const sizes = [longest + 1, ...counters.map(({ levels }) => levels + 1)]
  if (sizes.reduce((product, size) => product * size, 1) > maximumNodes)
    throw refuseKeyword(contained[0]!.path, 'contains', 'Lower the limits: so many items cannot be counted.')
  const edges: Graph['edges'][number][] = []
  const finals: number[] = []
  const numbers = new Map<string, number>()
  const queue: { count: number; levels: readonly number[] }[] = []
  const node = (count: number, levels: readonly number[]): number => {
    const key = [count, ...levels].join()
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, numbers.size)
    return queue.push({ count, levels }) - 1
  }
  const labels = new Map<string, Expression>()
  /** The same for all items beyond those that have schemas of their own. */
  const labelOf = (count: number, counted: string, schemas: Conjunction): Expression => {
    const key = `${count === 0} ${Math.min(count, shape.prefix)} ${counted}`
    const known = labels.get(key)
    if (known !== undefined) return known
    const value = compiler.valueOf([...shape.schemasAt(count), ...schemas])
    const differs = shape.areDistinct === true ? [{ kind: 'differs', endsSurely: false } as const] : []
    const label =
      count === 0 ? value : sequence([compiler.space, literal(','), compiler.space, value, ...differs])
    labels.set(key, label)
    return label
  }
  node(
    0,
    counters.map(() => 0),
  )
  for (let from = 0; from < queue.length; from++) {
    const { count, levels } = queue[from]!
    if (count >= shape.minimum && counters.every(({ least }, index) => levels[index]! >= least))
      finals.push(from)
    if (count >= shape.maximum) continue
    for (const { schemas, next } of choicesAt(counters, levels)) {
      const counted = next.map((level, index) => (level > levels[index]! ? 1 : 0)).join('')
      const label = labelOf(count, counted, schemas)
      edges.push({ from, to: node(Math.min(count + 1, longest), next), label })
    }
  }
  const end = queue.length
  for (const final of finals) if (final > 0) edges.push({ from: final, to: end, label: compiler.space })
  return { kind: 'graph', graph: { size: end + 1, finals: finals.includes(0) ? [0, end] : [end], edges } }
}

function readCounter(location: Location): Counter {
  const least = readCount(location, 'minContains') ?? 1
  const most = readCount(location, 'maxContains') ?? Infinity
  const inside = child(location, 'contains')
  return { inside, outside: uncounted(location), least, most, levels: most === Infinity ? least : most }
}

/** What an item is that is surely not counted; nothing where it need not be told. */
export function uncounted(location: Location): Location | undefined {
  if (readCount(location, 'maxContains') === undefined) return undefined
  const { schema } = child(location, 'contains')
  const complement: SchemaObject | boolean = typeof schema === 'boolean' ? !schema : { not: schema as never }
  return madeOf(location, 'not contains', complement)
}

/** What the next item may be: for each counter counted, or not. */
function choicesAt(
  counters: readonly Counter[],
  levels: readonly number[],
): { schemas: Conjunction; next: number[] }[] {
  return counters.reduce<{ schemas: Conjunction; next: number[] }[]>(
    (choices, { inside, outside, most, levels: highest }, index) => {
      const level = levels[index]!
      return choices.flatMap(({ schemas, next }) => [
        { schemas: outside === undefined ? schemas : [...schemas, outside], next: [...next, level] },
        ...(level < most && !(outside === undefined && level === highest)
          ? [{ schemas: [...schemas, inside], next: [...next, level + 1] }]
          : []),
      ])
    },
    [{ schemas: [], next: [] }],
  )
}
