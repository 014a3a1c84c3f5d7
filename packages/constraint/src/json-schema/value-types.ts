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

/** A set of types as bits, and each such set. */
const bitOf = Object.fromEntries(valueTypes.map((type, index) => [type, 1 << index])) as Record<
  ValueType,
  number
>
export const objectBit: number = bitOf.object
const everyType = 2 ** valueTypes.length - 1
const setOf: readonly ReadonlySet<ValueType>[] = Array.from(
  { length: everyType + 1 },
  (_, bits) => new Set(valueTypes.filter((type) => (bits & bitOf[type]) !== 0)),
)

/** Types that all the schemas allow. */
export function allowedTypes(locations: readonly Location[]): ReadonlySet<ValueType> {
  return setOf[allowedBits(locations)]!
}

/** The same as bits, one for each type. */
export function allowedBits(locations: readonly Location[]): number {
  let bits = everyType
  for (const location of locations) bits &= bitsOf(location)
  return bits
}

function bitsOf(location: Location): number {
  const { demand } = location
  const declared = readBits(location)
  return demand?.kind === 'types' ? declared & unite(demand.types) : declared
}

/** Types that `type` allows. */
export function readTypes(location: Location): ReadonlySet<ValueType> {
  return setOf[readBits(location)]!
}

function readBits(location: Location): number {
  const { schema, document } = location
  if (typeof schema === 'boolean') return schema ? everyType : 0
  const known = document.types.get(schema)
  if (known !== undefined) return known
  const bits = unite(declaredTypes(location))
  document.types.set(schema, bits)
  return bits
}

function unite(types: Iterable<ValueType>): number {
  let bits = 0
  for (const type of types) bits |= bitOf[type]
  return bits
}

function declaredTypes(location: Location): readonly ValueType[] {
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
