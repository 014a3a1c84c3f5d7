import { ConstraintError } from '../errors/constraint-error.ts'
import { keyword, readNames } from './read-keywords.ts'
import { isObject, type Location } from './schema-location.ts'
import { allowedTypes } from './value-types.ts'

/** Schemas of which all must hold; their references and combinations are resolved already. */
export type Conjunction = readonly Location[]

/** Resolves what combines schemas: a value is valid if it meets all schemas of any alternative. */
export interface Resolver {
  of(locations: Conjunction): Conjunction[]
  /** What meets none of the alternatives of a schema. */
  negated(location: Location): Conjunction[]
}

const maximumAlternatives = 5_000

/** One from each list, in every combination. */
export function cross(
  lists: readonly (readonly Conjunction[])[],
  maximum: number = maximumAlternatives,
): Conjunction[] {
  return lists.reduce<Conjunction[]>(
    (combinations, list) => {
      if (list.length === 1 && list[0]!.length === 0) return combinations
      if (lists.length > 1 && combinations.length * list.length > maximum * 4) throw tooMany(maximum)
      const crossed = combinations.flatMap((left) => list.map((right) => withoutRepeats([...left, ...right])))
      const possible = crossed.length > 1 ? crossed.filter(isPossible) : crossed
      if (list.length > 1 && combinations.length > 1 && possible.length > maximum) throw tooMany(maximum)
      return possible
    },
    [[]],
  )
}

export function tooMany(maximum: number): ConstraintError {
  return new ConstraintError('too-large', `The schema combines more than ${maximum} alternatives`)
}

function withoutRepeats(locations: Conjunction): Conjunction {
  const first = new Map<string, Location>()
  for (const location of locations) {
    const known = first.get(location.path)
    if (known === undefined || (known.silent === true && location.silent === undefined))
      first.set(location.path, location)
  }
  return [...first.values()]
}

/** Whether it is not plain that nothing meets them all: what contradicts itself is dropped before it multiplies. */
export function isPossible(locations: Conjunction): boolean {
  const types = allowedTypes(locations)
  if (types.size === 0) return false
  if (types.size > 1 || !types.has('object')) return true
  for (const location of locations) {
    const forbidden = forbiddenNames(location)
    if (forbidden.length > 0 && locations.some((other) => requiresAny(other, forbidden))) return false
  }
  return true
}

function requiresAny(location: Location, names: readonly string[]): boolean {
  return readNames(location, 'required').some((name) => names.includes(name))
}

const known = new WeakMap<object, readonly string[]>()

/** Properties that a schema says must not be there; few say so, and all combinations ask. */
function forbiddenNames(location: Location): readonly string[] {
  const properties = keyword(location, 'properties')
  if (!isObject(properties)) return []
  const names = known.get(properties) ?? Object.keys(properties).filter((name) => properties[name] === false)
  known.set(properties, names)
  return names
}
