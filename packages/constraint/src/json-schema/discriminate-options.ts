import type { Conjunction } from './conjunctions.ts'
import { listedBy } from './contradictions.ts'
import { propertyAt, readNames } from './read-keywords.ts'
import { child, type Json } from './schema-location.ts'
import { allowedBits, objectBit } from './value-types.ts'
import { canonical } from './canonical.ts'

/** Fewer are compared one with another. */
const fewOptions = 8
/** Properties inside properties that are looked at. */
const maximumDepth = 3
/** The value itself, where a property would be named. */
const itself = Symbol('the value itself')

type Place = string | typeof itself

/** What an option plainly says: its types, and which values it lists where: of itself, or of properties it requires. */
interface Claims {
  readonly types: number
  readonly listed: ReadonlyMap<Place, ReadonlySet<string>>
}

/**
 * Calls back for all pairs of options that may hold together as far as what they plainly say tells: thousands that a
 * property tells apart are put in order by its values instead of being compared one with another.
 */
export function eachPair(
  options: readonly Conjunction[][],
  visit: (first: number, second: number) => void,
): void {
  const claims = options.map(claimsOf)
  const seen = new Set<number>()
  const meet = (one: number, other: number): void => {
    const [first, second] = one < other ? [one, other] : [other, one]
    if ((claims[first]!.types & claims[second]!.types) === 0) return
    const pair = first * options.length + second
    if (seen.has(pair)) return
    seen.add(pair)
    visit(first, second)
  }
  const divide = (members: readonly number[], used: readonly Place[]): void => {
    const place = members.length <= fewOptions ? undefined : bestPlace(members, claims, used)
    if (place === undefined) return eachOf(members, meet)
    const by = new Map<string, number[]>()
    const others: number[] = []
    for (const member of members) {
      const values = claims[member]!.listed.get(place)
      if (values === undefined) others.push(member)
      for (const value of values ?? []) by.set(value, [...(by.get(value) ?? []), member])
    }
    for (const same of by.values()) divide(same, [...used, place])
    divide(others, [...used, place])
    const known = members.filter((member) => claims[member]!.listed.has(place))
    for (const other of others) for (const member of known) meet(other, member)
  }
  divide([...options.keys()], [])
}

function eachOf(members: readonly number[], meet: (one: number, other: number) => void): void {
  members.forEach((one, index) => {
    for (let next = index + 1; next < members.length; next++) meet(one, members[next]!)
  })
}

/** Where most options list values; some two at least. */
function bestPlace(
  members: readonly number[],
  claims: readonly Claims[],
  used: readonly Place[],
): Place | undefined {
  const counts = new Map<Place, number>()
  for (const member of members)
    for (const place of claims[member]!.listed.keys())
      if (!used.includes(place)) counts.set(place, (counts.get(place) ?? 0) + 1)
  const [best] = [...counts].toSorted((a, b) => b[1] - a[1])
  return best !== undefined && best[1] > 1 ? best[0] : undefined
}

/** What holds in every alternative of an option. */
function claimsOf(option: readonly Conjunction[]): Claims {
  const each = option.map((alternative) => ({
    types: allowedBits(alternative),
    listed: listedIn(alternative),
  }))
  const [first, ...more] = each
  const places = [...(first?.listed.keys() ?? [])].filter((place) =>
    more.every(({ listed }) => listed.has(place)),
  )
  return {
    types: each.reduce((bits, { types }) => bits | types, 0),
    listed: new Map(
      places.map((place) => [place, new Set(each.flatMap(({ listed }) => [...listed.get(place)!]))]),
    ),
  }
}

function listedIn(alternative: Conjunction): Map<Place, ReadonlySet<string>> {
  const listed = new Map<Place, ReadonlySet<string>>()
  for (const location of alternative) {
    const values: readonly Json[] | undefined = listedBy(location)
    if (values !== undefined) listed.set(itself, new Set(values.map(canonical)))
  }
  if (allowedBits(alternative) === objectBit) listInside(alternative, [], listed)
  return listed
}

/** Adds what properties list that must be there, and so on inside them. */
function listInside(
  locations: Conjunction,
  path: readonly string[],
  listed: Map<Place, ReadonlySet<string>>,
): void {
  for (const name of new Set(locations.flatMap((location) => readNames(location, 'required'))))
    for (const location of locations) {
      if (propertyAt(location, name) === undefined) continue
      const inner = child(location, 'properties', name)
      const values: readonly Json[] | undefined = listedBy(inner)
      const place = [...path, name]
      if (values !== undefined) listed.set(JSON.stringify(place), new Set(values.map(canonical)))
      else if (place.length < maximumDepth && allowedBits([inner]) === objectBit)
        listInside([inner], place, listed)
    }
}
