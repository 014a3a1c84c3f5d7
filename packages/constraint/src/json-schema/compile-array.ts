import { impossible, literal, sequence, type Expression } from '../grammar/expression.ts'
import type { Conjunction } from './conjunctions.ts'
import { countContained } from './count-contained.ts'
import { distinctItems } from './distinct-items.ts'
import { anyItems, readList, type ListShape } from './list-shape.ts'
import { keyword } from './read-keywords.ts'
import type { ValueCompiler } from './value-compiler.ts'

/** Lists: a value per `prefixItems`, then any number of `items`. */
export function compileArray(locations: Conjunction, compiler: ValueCompiler): Expression {
  const shape = readList(locations)
  const { minimum, maximum } = shape
  if (maximum < minimum) return impossible
  const list = (items: Expression) => sequence([literal('['), compiler.space, items, literal(']')])
  const contained = locations.filter((location) => keyword(location, 'contains') !== undefined)
  const unique = locations.find((location) => keyword(location, 'uniqueItems') === true)
  if (unique === undefined || maximum < 2) return list(itemsOf(shape, contained, compiler))
  const distinct = distinctItems(shape, unique, contained, compiler)
  if (distinct !== undefined) return list(distinct)
  return { kind: 'remembered', item: list(itemsOf({ ...shape, areDistinct: true }, contained, compiler)) }
}

function itemsOf(shape: ListShape, contained: Conjunction, compiler: ValueCompiler): Expression {
  return contained.length > 0 ? countContained(shape, contained, compiler) : anyItems(shape, compiler)
}
