import { ConstraintError } from '../errors/constraint-error.ts'
import { keyword, readList } from './read-keywords.ts'
import { child, invalidSchema, resolveReference, type Json, type Location } from './schema-location.ts'

/** Schemas of which all must hold; their references and combinations are resolved already. */
export type Conjunction = readonly Location[]

const maximumAlternatives = 5_000

/** Called with each pair of `oneOf` options, which must exclude one another. */
export type CheckExclusive = (
  location: Location,
  left: Conjunction[],
  right: Conjunction[],
  pair: [number, number],
) => void

/**
 * Resolves `$ref`, `allOf`, `anyOf` and `oneOf`: a value is valid if it meets all schemas of any alternative.
 * @throws {ConstraintError} for a schema that refers to itself without a value in between
 */
export function expandAlternatives(
  root: Json,
  locations: Conjunction,
  checkExclusive: CheckExclusive,
): Conjunction[] {
  return cross(locations.map((location) => expand(root, location, [], checkExclusive)))
}

function expand(
  root: Json,
  location: Location,
  within: readonly string[],
  check: CheckExclusive,
): Conjunction[] {
  if (typeof location.schema === 'boolean') return location.schema ? [[]] : [[location]]
  if (within.includes(location.path)) throw invalidSchema(location.path, 'it refers to itself without end')
  const inner = [...within, location.path]
  const options = (name: string) => {
    const list = readList(location, name)
    if (list?.length === 0) throw invalidSchema(`${location.path}/${name}`, 'the list is empty')
    return list?.map((_, index) => expand(root, child(location, name, index), inner, check))
  }
  const reference = keyword(location, '$ref')
  const exclusive = options('oneOf')
  exclusive?.forEach((left, first) => {
    exclusive
      .slice(first + 1)
      .forEach((right, rest) => check(location, left, right, [first, first + 1 + rest]))
  })
  return cross([
    [[location]],
    ...(reference === undefined
      ? []
      : [expand(root, resolveReference(root, reference, location.path), inner, check)]),
    ...(options('allOf') ?? []),
    ...[options('anyOf'), exclusive].flatMap((list) => (list === undefined ? [] : [list.flat()])),
  ])
}

/** One from each list, in every combination. */
function cross(lists: readonly (readonly Conjunction[])[]): Conjunction[] {
  return lists.reduce<Conjunction[]>(
    (combinations, list) => {
      if (combinations.length * list.length > maximumAlternatives) {
        throw new ConstraintError(
          'too-large',
          `The schema combines more than ${maximumAlternatives} alternatives`,
        )
      }
      return combinations.flatMap((left) => list.map((right) => withoutRepeats([...left, ...right])))
    },
    [[]],
  )
}

function withoutRepeats(locations: Conjunction): Conjunction {
  const paths = new Set<string>()
  return locations.filter(({ path }) => !paths.has(path) && paths.add(path))
}
