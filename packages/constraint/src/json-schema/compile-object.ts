import { sequence, type Expression } from '../grammar/expression.ts'
import { additionalMembers, manyKeys } from './additional-members.ts'
import type { Conjunction } from './conjunctions.ts'
import { jsonText } from './json-text.ts'
import { listTexts } from './list-texts.ts'
import { listProperties, type Member } from './list-properties.ts'
import { membersOf } from './object-members.ts'
import { isClosed, isNamed, readShape, schemasFor, type ObjectShape } from './object-shape.ts'
import { keyword, readCount, readNames, tightest } from './read-keywords.ts'
import { child } from './schema-location.ts'
import { closing, opening } from './unite-objects.ts'
import { isMemberName, isValidValue } from './validate-value.ts'
import type { ValueCompiler } from './value-compiler.ts'

/** Objects: the named properties in the schema's order, then additional ones in any order. */
export function compileObject(locations: Conjunction, compiler: ValueCompiler): Expression {
  const shapes = locations.map(readShape)
  const closed = isClosed(shapes, compiler.closedObjects)
  const required = new Set(locations.flatMap((location) => readNames(location, 'required')))
  const keyRules = locations.flatMap((location) =>
    keyword(location, 'propertyNames') === undefined ? [] : [child(location, 'propertyNames')],
  )
  const limits = readLimits(locations)
  const demanded = locations.flatMap(({ demand }) => (demand?.kind === 'some-member' ? [demand.member] : []))
  const mattersOnce = limits.minimum > Math.max(1, required.size) || demanded.length > 0
  const listed = mattersOnce && keyRules.length > 0 ? compiler.listValues(keyRules) : undefined
  const listedNames = [
    ...(listed ?? []).filter((name) => typeof name === 'string'),
    ...(mattersOnce ? shapes.flatMap(fewKeysOf) : []),
  ]
  const named = shapes.flatMap((shape) => [...shape.names.keys()])
  const names = [...new Set([...named, ...required, ...listedNames])]
  compiler.spend(names.length)
  const pairs = names.map((name) => {
    const allowed = keyRules.every((rule) => isValidValue(name, rule))
    const known = !closed || shapes.some((shape) => isNamed(name, shape))
    const schemas = shapes.flatMap((shape) => schemasFor(name, shape))
    const key = { name: JSON.stringify(name), expression: jsonText(name) }
    const meets = demanded.flatMap((member, index) =>
      isMemberName(name, member, locations[0]!) ? [index] : [],
    )
    const members =
      allowed && known && !schemas.some(({ schema }) => schema === false)
        ? membersOf(key, schemas, { demanded, meets }, compiler)
        : []
    return { members, required: required.has(name) }
  })
  const others =
    listed === undefined ? additionalMembers(shapes, { names, keyRules, closed, demanded }, compiler) : []
  const additional = mattersOnce ? others.filter(({ countKeys }) => countKeys?.() !== 0) : others
  // A key that came twice would be counted twice, or leave a demand to what is overwritten.
  const isRemembered =
    mattersOnce && additional.length > 0 && canBeRemembered(additional, limits.minimum, demanded.length)
  const content = listProperties(
    pairs,
    additional,
    { ...limits, demands: demanded.length, locations },
    compiler,
  )
  const object = sequence([opening, compiler.space, content, closing])
  return isRemembered ? { kind: 'remembered', item: object } : object
}

/** Whether there is always another key, for what is asked for. */
function canBeRemembered(additional: readonly Member[], minimum: number, demands: number): boolean {
  const leaveOne = (members: readonly Member[]): boolean => members.length === 0 || members.some(hasManyKeys)
  return (
    (minimum < 2 || leaveOne(additional)) &&
    Array.from({ length: demands }, (_, demand) =>
      additional.filter(({ meets }) => ((meets >> demand) & 1) === 1),
    ).every(leaveOne)
  )
}

const few = 64

/** Names of properties that patterns leave, where those are few. */
function fewKeysOf({ patterns }: ObjectShape): readonly string[] {
  return patterns.flatMap(({ expression }) => listTexts(expression, few) ?? [])
}

function hasManyKeys({ countKeys }: Member): boolean {
  return countKeys !== undefined && countKeys() >= manyKeys
}

/** How many properties there may be. */
function readLimits(locations: Conjunction): { minimum: number; maximum: number } {
  const minimum = tightest(locations, (location) => readCount(location, 'minProperties'), Math.max, 0)
  const maximum = tightest(locations, (location) => readCount(location, 'maxProperties'), Math.min, Infinity)
  return { minimum, maximum }
}
