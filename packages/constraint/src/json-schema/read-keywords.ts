import { keysOf } from '@woolgather/workflow/ordered-json'
import type { Json, Location } from './schema-location.ts'
import { invalidSchema, isObject } from './schema-location.ts'

/** The keyword's value at a location, undefined where it is absent. */
export function keyword({ schema }: Location, name: string): Json | undefined {
  return typeof schema === 'object' && Object.hasOwn(schema, name) ? schema[name] : undefined
}

export function readNumber(location: Location, name: string): number | undefined {
  const value = keyword(location, name)
  if (value === undefined) return undefined
  if (typeof value !== 'number') throw invalidSchema(`${location.path}/${name}`, 'expected a number')
  return value
}

/** A count such as `minLength`. */
export function readCount(location: Location, name: string): number | undefined {
  const value = readNumber(location, name)
  if (value === undefined) return undefined
  if (!Number.isInteger(value) || value < 0) {
    throw invalidSchema(`${location.path}/${name}`, 'expected a whole number that is not negative')
  }
  return value
}

export interface Bound {
  /** Which says it. */
  readonly keyword: string
  readonly value: number
  readonly exclusive: boolean
  readonly isLower: boolean
}

/** Limits of a number; in draft 4 `exclusiveMinimum` says of what sort `minimum` is. */
export function readBounds(location: Location): Bound[] {
  return [
    { inclusive: 'minimum', beyond: 'exclusiveMinimum', isLower: true },
    { inclusive: 'maximum', beyond: 'exclusiveMaximum', isLower: false },
  ].flatMap(({ inclusive, beyond, isLower }) => {
    const sort = keyword(location, beyond)
    const limit = readNumber(location, inclusive)
    const further = typeof sort === 'boolean' ? undefined : readNumber(location, beyond)
    return [
      ...(limit === undefined
        ? []
        : [{ keyword: inclusive, value: limit, exclusive: sort === true, isLower }]),
      ...(further === undefined ? [] : [{ keyword: beyond, value: further, exclusive: true, isLower }]),
    ]
  })
}

export function readText(location: Location, name: string): string | undefined {
  const value = keyword(location, name)
  if (value === undefined) return undefined
  if (typeof value !== 'string') throw invalidSchema(`${location.path}/${name}`, 'expected text')
  return value
}

export function readList(location: Location, name: string): readonly Json[] | undefined {
  const value = keyword(location, name)
  if (value === undefined) return undefined
  if (!Array.isArray(value)) throw invalidSchema(`${location.path}/${name}`, 'expected a list')
  return value
}

export function readNames(location: Location, name: string): readonly string[] {
  const list = readList(location, name) ?? []
  if (!list.every((item) => typeof item === 'string'))
    throw invalidSchema(`${location.path}/${name}`, 'expected texts')
  return list
}

export function readKeys(location: Location, name: string): readonly string[] {
  const value = keyword(location, name)
  if (value === undefined) return []
  if (!isObject(value)) throw invalidSchema(`${location.path}/${name}`, 'expected an object')
  return keysOf(value)
}

/** The tightest of several limits: the largest minimum, or the smallest maximum. */
export function tightest(
  locations: readonly Location[],
  read: (location: Location) => number | undefined,
  choose: (...values: number[]) => number,
  loosest: number,
): number {
  return choose(loosest, ...locations.map((location) => read(location) ?? loosest))
}

/** What a schema says of the property of a name. */
export function propertyAt(location: Location, name: string): Json | undefined {
  const properties = keyword(location, 'properties')
  return isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined
}
