import { literal, sequence, type Expression } from '../grammar/expression.ts'
import { additionalMembers } from './additional-members.ts'
import type { Conjunction } from './conjunctions.ts'
import { jsonText } from './json-text.ts'
import { listProperties } from './list-properties.ts'
import { membersOf } from './object-members.ts'
import { isClosed, isNamed, readShape, schemasFor } from './object-shape.ts'
import { keyword, readCount, readNames, tightest } from './read-keywords.ts'
import { child } from './schema-location.ts'
import { isMemberName, isValidValue } from './validate-value.ts'
import type { ValueCompiler } from './value-compiler.ts'

/** Objects: the named properties in the schema's order, then additional ones in any order. */
export function compileObject(locations: Conjunction, compiler: ValueCompiler): Expression {
  const shapes = locations.map(readShape)
  const closed = isClosed(shapes, compiler.closedObjects)
  const required = new Set(locations.flatMap((location) => readNames(location, 'required')))
  const names = [...new Set([...shapes.flatMap((shape) => [...shape.names.keys()]), ...required])]
  const keyRules = locations.flatMap((location) =>
    keyword(location, 'propertyNames') === undefined ? [] : [child(location, 'propertyNames')],
  )
  const demanded = locations.flatMap(({ demand }) => (demand?.kind === 'some-member' ? [demand.member] : []))
  const pairs = names.map((name) => {
    const allowed = keyRules.every((rule) => isValidValue(name, rule))
    const known = !closed || shapes.some((shape) => isNamed(name, shape))
    const schemas = shapes.flatMap((shape) => schemasFor(name, shape))
    const key = jsonText(name)
    const meets = demanded.flatMap((member, index) =>
      isMemberName(name, member, locations[0]!) ? [index] : [],
    )
    const members =
      allowed && known && !schemas.some(({ schema }) => schema === false)
        ? membersOf(key, schemas, { demanded, meets }, compiler)
        : []
    return { members, required: required.has(name) }
  })
  const additional = additionalMembers(shapes, { names, keyRules, closed, demanded }, compiler)
  const limits = readLimits(locations)
  const content = listProperties(
    pairs,
    additional,
    { ...limits, demands: demanded.length, locations },
    compiler,
  )
  return sequence([literal('{'), compiler.space, content, literal('}')])
}

/** How many properties there may be. */
function readLimits(locations: Conjunction): { minimum: number; maximum: number } {
  const minimum = tightest(locations, (location) => readCount(location, 'minProperties'), Math.max, 0)
  const maximum = tightest(locations, (location) => readCount(location, 'maxProperties'), Math.min, Infinity)
  return { minimum, maximum }
}
