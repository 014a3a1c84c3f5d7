import { matchesText } from '../automaton/matches-text.ts'
import { parseSearchPattern } from '../regex/parse-regex.ts'
import { textConditions } from './compile-string.ts'
import { keyword, readCount, readKeys, readList, readNames, readNumber } from './read-keywords.ts'
import { child, isObject, resolveReference, type Json, type Location } from './schema-location.ts'
import { allowedTypes, typeOfValue } from './value-types.ts'

/** Whether a value meets a schema: used on the values of `enum` and `const`, which are written out. */
export function isValidValue(root: Json, value: Json, location: Location): boolean {
  if (typeof location.schema === 'boolean') return location.schema
  const valid = (inner: Json, ...keys: (string | number)[]) =>
    isValidValue(root, inner, child(location, ...keys))
  const each = (name: string) => (readList(location, name) ?? []).map((_, index) => valid(value, name, index))
  const reference = keyword(location, '$ref')
  return (
    allowedTypes([location]).has(typeOfValue(value)) &&
    (reference === undefined ||
      isValidValue(root, value, resolveReference(root, reference, location.path))) &&
    each('allOf').every(Boolean) &&
    (keyword(location, 'anyOf') === undefined || each('anyOf').some(Boolean)) &&
    (keyword(location, 'oneOf') === undefined || each('oneOf').filter(Boolean).length === 1) &&
    isListed(value, readList(location, 'enum')) &&
    (keyword(location, 'const') === undefined ||
      canonical(keyword(location, 'const') as Json) === canonical(value)) &&
    (typeof value !== 'number' || isValidNumber(value, location)) &&
    (typeof value !== 'string' || isValidText(value, location)) &&
    (!Array.isArray(value) || isValidList(value, location, valid)) &&
    (!isObject(value) || isValidObject(value as { readonly [key: string]: Json }, location, valid))
  )
}

const listedValues = new WeakMap<readonly Json[], Set<string>>()

function isListed(value: Json, list: readonly Json[] | undefined): boolean {
  if (list === undefined) return true
  const values = listedValues.get(list) ?? new Set(list.map(canonical))
  listedValues.set(list, values)
  return values.has(canonical(value))
}

/** Equal for equal values, whatever the order of their keys. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  )
}

function isValidNumber(value: number, location: Location): boolean {
  const step = readNumber(location, 'multipleOf')
  return (
    value >= (readNumber(location, 'minimum') ?? -Infinity) &&
    value <= (readNumber(location, 'maximum') ?? Infinity) &&
    value > (readNumber(location, 'exclusiveMinimum') ?? -Infinity) &&
    value < (readNumber(location, 'exclusiveMaximum') ?? Infinity) &&
    (step === undefined || Number.isInteger(value / step))
  )
}

function isValidText(value: string, location: Location): boolean {
  const length = Array.from(value).length
  return (
    length >= (readCount(location, 'minLength') ?? 0) &&
    length <= (readCount(location, 'maxLength') ?? Infinity) &&
    textConditions([location]).every(({ expression, negate }) => matchesText(expression, value) !== negate)
  )
}

function isValidList(
  value: readonly Json[],
  location: Location,
  valid: (inner: Json, ...keys: (string | number)[]) => boolean,
): boolean {
  const old = Array.isArray(keyword(location, 'items'))
  const prefixName = old ? 'items' : 'prefixItems'
  const restName = old ? 'additionalItems' : 'items'
  const prefix = readList(location, prefixName)?.length ?? 0
  return (
    value.length >= (readCount(location, 'minItems') ?? 0) &&
    value.length <= (readCount(location, 'maxItems') ?? Infinity) &&
    value.every((item, index) => {
      if (index < prefix) return valid(item, prefixName, index)
      return keyword(location, restName) === undefined || valid(item, restName)
    })
  )
}

function isValidObject(
  value: { readonly [key: string]: Json },
  location: Location,
  valid: (inner: Json, ...keys: (string | number)[]) => boolean,
): boolean {
  const keys = Object.keys(value)
  const named = new Set(readKeys(location, 'properties'))
  const patterns = readKeys(location, 'patternProperties')
  return (
    readNames(location, 'required').every((name) => Object.hasOwn(value, name)) &&
    keys.length >= (readCount(location, 'minProperties') ?? 0) &&
    keys.length <= (readCount(location, 'maxProperties') ?? Infinity) &&
    keys.every((key) => {
      const inner = value[key] as Json
      const matching = patterns.filter((pattern) => matchesText(parseSearchPattern(pattern), key))
      if (keyword(location, 'propertyNames') !== undefined && !valid(key, 'propertyNames')) return false
      if (named.has(key) && !valid(inner, 'properties', key)) return false
      if (!matching.every((pattern) => valid(inner, 'patternProperties', pattern))) return false
      const specific = named.has(key) || matching.length > 0
      return (
        specific ||
        keyword(location, 'additionalProperties') === undefined ||
        valid(inner, 'additionalProperties')
      )
    })
  )
}
