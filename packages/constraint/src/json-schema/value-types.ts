import { keyword, readList } from './read-keywords.ts'
import { invalidSchema, type Json, type Location } from './schema-location.ts'

export type ValueType = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object'

/** `integer` is kept apart from other numbers, so that sets of types intersect. */
const typesOf: Record<string, readonly ValueType[]> = {
  null: ['null'],
  boolean: ['boolean'],
  integer: ['integer'],
  number: ['integer', 'number'],
  string: ['string'],
  array: ['array'],
  object: ['object'],
}
export const valueTypes: readonly ValueType[] = [
  'null',
  'boolean',
  'integer',
  'number',
  'string',
  'array',
  'object',
]

/** Types that all the schemas allow. */
export function allowedTypes(locations: readonly Location[]): ReadonlySet<ValueType> {
  return new Set(
    valueTypes.filter((type) =>
      locations.every(
        (location) =>
          readTypes(location).includes(type) &&
          (location.demand?.kind !== 'types' || location.demand.types.has(type)),
      ),
    ),
  )
}

/** Types that `type` allows. */
export function readTypes(location: Location): readonly ValueType[] {
  if (location.schema === false) return []
  const declared = keyword(location, 'type')
  if (declared === undefined) return valueTypes
  const names = typeof declared === 'string' ? [declared] : (readList(location, 'type') ?? [])
  return names.flatMap((name) => {
    const types = typeof name === 'string' && Object.hasOwn(typesOf, name) ? typesOf[name] : undefined
    if (types === undefined)
      throw invalidSchema(`${location.path}/type`, `there is no type ${JSON.stringify(name)}`)
    return types
  })
}

export function typeOfValue(value: Json): ValueType {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value as ValueType
}
