import { choice, literal, sequence, type Expression } from '../grammar/expression.ts'
import type { Conjunction } from './conjunctions.ts'
import { countContained } from './count-contained.ts'
import { distinctItems } from './distinct-items.ts'
import { anyItems, readList, type ListShape } from './list-shape.ts'
import { keyword } from './read-keywords.ts'
import type { ValueCompiler } from './value-compiler.ts'

/** Lists: a value per `prefixItems`, then any number of `items`. */
export function compileArray(locations: Conjunction, compiler: ValueCompiler): Expression {
  const shape = readList(locations)
  if (shape.maximum < shape.minimum) return choice([])
  const items = itemsOf(shape, compiler)
  return sequence([literal('['), compiler.space, items, literal(']')])
}

function itemsOf(shape: ListShape, compiler: ValueCompiler): Expression {
  const { locations, maximum } = shape
  const contained = locations.filter((location) => keyword(location, 'contains') !== undefined)
  const unique = locations.find((location) => keyword(location, 'uniqueItems') === true)
  if (unique !== undefined && maximum > 1) return distinctItems(shape, unique, contained.length > 0, compiler)
  return contained.length > 0 ? countContained(shape, contained, compiler) : anyItems(shape, compiler)
}
