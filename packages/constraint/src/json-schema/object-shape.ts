import { remembersOrder } from '@woolgather/workflow/ordered-json'
import { matchesText } from '../automaton/matches-text.ts'
import type { Expression } from '../grammar/expression.ts'
import { searchCondition } from './compile-string.ts'
import { placeIntegers } from './place-integers.ts'
import { keyword, readKeys, readNames } from './read-keywords.ts'
import { child, isObject, type Location } from './schema-location.ts'

/** What one schema says of the properties of an object. */
export interface ObjectShape {
  readonly location: Location
  /** In the schema's order; those with a schema of their own have it. */
  readonly names: ReadonlyMap<string, Location | undefined>
  readonly patterns: readonly {
    readonly source: string
    readonly expression: Expression
    readonly value: Location | undefined
  }[]
  /** Of all others. */
  readonly additional: Location | undefined
}

export function readShape(location: Location): ObjectShape {
  const { demand } = location
  if (demand?.kind === 'unevaluated-properties') {
    const { evaluated, value } = demand
    return {
      location,
      names: new Map(evaluated.names.map((name) => [name, undefined])),
      patterns: evaluated.patterns.map((source) => ({
        source,
        expression: searchCondition(source, location, 'patternProperties').expression,
        value: undefined,
      })),
      additional: value,
    }
  }
  return {
    location,
    names: new Map(namesOf(location).map((name) => [name, child(location, 'properties', name)])),
    patterns: readKeys(location, 'patternProperties').map((source) => ({
      source,
      expression: searchCondition(source, location, 'patternProperties').expression,
      value: child(location, 'patternProperties', source),
    })),
    additional:
      keyword(location, 'additionalProperties') === undefined
        ? undefined
        : child(location, 'additionalProperties'),
  }
}

function namesOf(location: Location): readonly string[] {
  const names = readKeys(location, 'properties')
  const properties = keyword(location, 'properties')
  const isKnown = isObject(properties) && remembersOrder(properties)
  return isKnown ? names : placeIntegers(names, readNames(location, 'required'))
}

/** Schemas that hold together are closed together: each may name properties, and none says anything of others. */
export function isClosed(shapes: readonly ObjectShape[], closedObjects: boolean): boolean {
  return (
    closedObjects &&
    shapes.some(
      ({ names, patterns, location }) => names.size + patterns.length > 0 && location.silent !== true,
    ) &&
    shapes.every(({ additional }) => additional === undefined)
  )
}

export function isNamed(name: string, { names, patterns }: ObjectShape): boolean {
  return names.has(name) || patterns.some(({ expression }) => matchesText(expression, name))
}

/** What a schema demands of the property of a name. */
export function schemasFor(name: string, { names, patterns, additional }: ObjectShape): Location[] {
  if (patterns.length === 0) {
    const only = names.has(name) ? names.get(name) : additional
    return only === undefined ? [] : [only]
  }
  const own = names.has(name) ? [names.get(name)] : []
  const matching = patterns
    .filter(({ expression }) => matchesText(expression, name))
    .map(({ value }) => value)
  const specific = [...own, ...matching]
  if (specific.length === 0 && additional !== undefined) return [additional]
  return specific.filter((location) => location !== undefined)
}
