import { keysOf } from '@woolgather/workflow/ordered-json'
import { choice, literal, sequence, type Expression } from '../grammar/expression.ts'
import { jsonText } from './json-text.ts'
import { listedSpellings } from './number-spellings.ts'
import { isObject, type Json } from './schema-location.ts'
import type { ValueCompiler } from './value-compiler.ts'

/**
 * A value that a schema lists, as it may be written.
 * @param isWhole whether it must be a whole number, which is written without a point
 */
export function writeValue(value: Json, isWhole: boolean, compiler: ValueCompiler): Expression {
  const { space, anyOrder } = compiler
  const inside = (inner: Json): Expression => writeValue(inner, false, compiler)
  if (Array.isArray(value)) return writeList('[', (value as readonly Json[]).map(inside), ']', space)
  if (isObject(value)) {
    const pairs = keysOf(value).map((key) =>
      sequence([jsonText(key), space, literal(':'), space, inside(value[key] as Json)]),
    )
    return anyOrder && pairs.length > 1 ? writeObject(pairs, compiler) : writeList('{', pairs, '}', space)
  }
  if (typeof value === 'number' && !isWhole)
    return choice(listedSpellings(value, compiler.spellings.get(value)).map(literal))
  return typeof value === 'string' ? jsonText(value) : literal(JSON.stringify(value))
}

function writeObject(pairs: readonly Expression[], { space, share }: ValueCompiler): Expression {
  const content: Expression = {
    kind: 'unordered',
    members: pairs.map((pair) => ({ item: share(pair), required: true })),
    rest: undefined,
    separator: separator(space),
    end: space,
  }
  return sequence([literal('{'), space, content, literal('}')])
}

function writeList(open: string, items: readonly Expression[], close: string, space: Expression): Expression {
  const separated = items.map((item, index) => (index === 0 ? item : sequence([separator(space), item])))
  const inside = items.length === 0 ? [] : [...separated, space]
  return sequence([literal(open), space, ...inside, literal(close)])
}

function separator(space: Expression): Expression {
  return sequence([space, literal(','), space])
}
