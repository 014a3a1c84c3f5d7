import { ConstraintError } from '../errors/constraint-error.ts'
import { keyword, readNames } from './read-keywords.ts'
import { isObject, type Location } from './schema-location.ts'
import { allowedBits, objectBit } from './value-types.ts'

/** Schemas of which all must hold; their references and combinations are resolved already. */
export type Conjunction = readonly Location[]

/** Resolves what combines schemas: a value is valid if it meets all schemas of any alternative. */
export interface Resolver {
  of(locations: Conjunction): Conjunction[]
  /** What meets none of the alternatives of a schema. */
  negated(location: Location): Conjunction[]
  /** One from each list, in every combination that may hold. */
  cross(lists: readonly (readonly Conjunction[])[]): Conjunction[]
}

/** Of one value. */
export const maximumAlternatives = 5_000

/** One from each list, in every combination that is possible. */
export function cross(
  lists: readonly (readonly Conjunction[])[],
  isPossible: (locations: Conjunction) => boolean,
  maximum: number = maximumAlternatives,
): Conjunction[] {
  return lists.reduce<Conjunction[]>(
    (combinations, list) => {
      if (list.length === 1 && list[0]!.length === 0) return combinations
      if (lists.length > 1 && combinations.length * list.length > maximum * 4) throw tooMany(maximum)
      const possible = pairsOf(combinations, list, isPossible)
      if (list.length > 1 && combinations.length > 1 && possible.length > maximum) throw tooMany(maximum)
      return possible
    },
    [[]],
  )
}

export function tooMany(maximum: number): ConstraintError {
  return new ConstraintError('too-large', `The schema combines more than ${maximum} alternatives`, {
    hint: 'Name the options that are meant in one "anyOf", instead of several that are combined.',
  })
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

/** Every left with every right, but those that plainly nothing meets, unless there is one pair only. */
function pairsOf(
  lefts: readonly Conjunction[],
  rights: readonly Conjunction[],
  isPossible: (locations: Conjunction) => boolean,
): Conjunction[] {
  const join = (left: Conjunction, right: Conjunction) => withoutRepeats([...left, ...right])
  if (lefts.length * rights.length === 1) return [join(lefts[0]!, rights[0]!)]
  const claimsOfRights = rights.map(readClaims)
  return lefts.flatMap((left) => {
    const claims = readClaims(left)
    return rights.flatMap((right, index) => {
      // What is seen without joining them is looked at first.
      if (!mayMeet([claims, claimsOfRights[index]!])) return []
      const joined = join(left, right)
      return isPossible(joined) ? [joined] : []
    })
  })
}

/** What schemas say that may plainly contradict. */
interface Claims {
  readonly types: number
  readonly required: readonly string[]
  /** Properties that must not be there. */
  readonly forbidden: readonly string[]
}

function readClaims(locations: Conjunction): Claims {
  const types = allowedBits(locations)
  if ((types & objectBit) === 0) return { types, required: [], forbidden: [] }
  return {
    types,
    required: locations.flatMap((location) => readNames(location, 'required')),
    forbidden: locations.flatMap(forbiddenNames),
  }
}

function mayMeet(claims: readonly Claims[]): boolean {
  const types = claims.reduce((bits, { types }) => bits & types, -1)
  if (types !== objectBit) return types !== 0
  return !claims.some(({ forbidden }) =>
    forbidden.some((name) => claims.some(({ required }) => required.includes(name))),
  )
}

const known = new WeakMap<object, readonly string[]>()

/** Properties that a schema says must not be there; few say so, and all combinations ask. */
function forbiddenNames(location: Location): readonly string[] {
  const properties = keyword(location, 'properties')
  if (!isObject(properties)) return []
  const found = known.get(properties)
  if (found !== undefined) return found
  const names = Object.keys(properties).filter((name) => properties[name] === false)
  known.set(properties, names)
  return names
}
