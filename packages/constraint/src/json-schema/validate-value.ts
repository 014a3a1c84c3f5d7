import { matchesText } from '../automaton/matches-text.ts'
import { longestOf, searchCondition, textConditions } from './compile-string.ts'
import { canonical } from './canonical.ts'
import { isMultiple } from './decimals.ts'
import { Alternatives } from './expand-alternatives.ts'
import { keyword, readBounds, readCount, readKeys, readList, readNames, readNumber } from './read-keywords.ts'
import { referenceKeywords } from './schema-contents.ts'
import {
  child,
  isObject,
  type Demand,
  type Doubt,
  type EvaluatedNames,
  type Json,
  type Location,
  type SomeMember,
} from './schema-location.ts'
import { allowedTypes, typeOfValue } from './value-types.ts'

/** Whether a value meets a schema: used on the values of `enum` and `const`, which are written out. */
export function isValidValue(value: Json, location: Location, doubt: Doubt = 'surely'): boolean {
  if (typeof location.schema === 'boolean') return location.schema
  const isRest = ['unevaluatedProperties', 'unevaluatedItems'].some(
    (name) => keyword(location, name) !== undefined,
  )
  if (isRest && typeof value === 'object')
    return new Alternatives(isValidValue)
      .of([location])
      .some((parts) => parts.every((part) => meetsAlone(value, part, doubt)))
  const { document } = location
  const references = referenceKeywords.filter((name) => keyword(location, name) !== undefined)
  return (
    references.every((name) => isValidValue(value, document.follow(location, name), doubt)) &&
    (document.isOnlyReference(location) ||
      (meetsAlone(value, location, doubt) && meetsCombinations(value, location, doubt)))
  )
}

/** Whether a value meets what a schema says by itself: what it combines others by is resolved, or looked at apart. */
export function meetsAlone(value: Json, location: Location, doubt: Doubt = 'surely'): boolean {
  const { schema } = location
  if (typeof schema === 'boolean') return schema
  // The same few values are tried against the same schemas in many alternatives.
  if (location.demand !== undefined || typeof value === 'object' || doubt === 'maybe')
    return meetsKeywords(value, location, doubt)
  const known = location.document.met.get(schema) ?? new Map<Json, boolean>()
  location.document.met.set(schema, known)
  const meets = known.get(value) ?? meetsKeywords(value, location, doubt)
  known.set(value, meets)
  return meets
}

function meetsKeywords(value: Json, location: Location, doubt: Doubt): boolean {
  return (
    allowedTypes([location]).has(typeOfValue(value)) &&
    isListed(value, readList(location, 'enum')) &&
    (keyword(location, 'const') === undefined || isListed(value, [keyword(location, 'const') as Json])) &&
    (typeof value !== 'number' || isValidNumber(value, location)) &&
    (typeof value !== 'string' || isValidText(value, location, doubt)) &&
    (!Array.isArray(value) || isValidList(value, location, doubt)) &&
    (!isObject(value) || isValidObject(value as JsonObject, location, doubt)) &&
    (location.demand === undefined || meetsDemand(value, location.demand, location, doubt))
  )
}

type JsonObject = { readonly [key: string]: Json }

function meetsCombinations(value: Json, location: Location, doubt: Doubt): boolean {
  const has = (name: string): boolean => keyword(location, name) !== undefined
  const valid = (how: Doubt, keyword: string, index?: number): boolean =>
    isValidValue(value, child(location, keyword, index), how)
  const each = (name: string, how: Doubt = doubt): boolean[] =>
    (readList(location, name) ?? []).map((_, index) => valid(how, name, index))
  const opposite = doubt === 'surely' ? 'maybe' : 'surely'
  const branch = (name: string): boolean => !has(name) || valid(doubt, name)
  return (
    each('allOf').every(Boolean) &&
    (!has('anyOf') || each('anyOf').some(Boolean)) &&
    (!has('oneOf') || isOne(each('oneOf'), each('oneOf', opposite))) &&
    (!has('not') || !valid(opposite, 'not')) &&
    (!has('if') || (valid(doubt, 'if') && branch('then')) || (!valid(opposite, 'if') && branch('else'))) &&
    (!isObject(value) || meetsDependencies(value as JsonObject, location, doubt))
  )
}

/** Whether one holds that no other one holds beside. */
function isOne(holds: readonly boolean[], holdsOtherwise: readonly boolean[]): boolean {
  return holds.some((one, index) => one && !holdsOtherwise.some((other, at) => at !== index && other))
}

function meetsDemand(value: Json, demand: Demand, at: Location, doubt: Doubt): boolean {
  switch (demand.kind) {
    case 'types':
      return true
    case 'unwritable':
      throw demand.refusal
    case 'unlisted':
      return !isListed(value, demand.values)
    case 'text':
      return (
        typeof value !== 'string' ||
        matchesText(demand.condition.expression, value) !== demand.condition.negate
      )
    case 'no-multiple':
      return typeof value !== 'number' || !isMultiple(value, demand.of)
    case 'some-member':
      return (
        isObject(value) &&
        Object.entries(value as JsonObject).some((pair) => isMember(pair, demand.member, at, doubt))
      )
    case 'unevaluated-properties':
      return (
        !isObject(value) ||
        Object.entries(value as JsonObject).every(
          ([key, inner]) => isNamed(key, demand.evaluated, at) || isValidValue(inner, demand.value, doubt),
        )
      )
    case 'unevaluated-items':
      return (
        !Array.isArray(value) ||
        value.slice(demand.prefix).every((inner: Json) => isValidValue(inner, demand.value, doubt))
      )
  }
}

function isMember(
  [name, inner]: readonly [string, Json],
  member: SomeMember,
  at: Location,
  doubt: Doubt,
): boolean {
  return (
    isMemberName(name, member, at, doubt) &&
    (member.value === undefined || isValidValue(inner, member.value, doubt))
  )
}

/** Whether a property of that name may be the one that is demanded. */
export function isMemberName(
  name: string,
  { pattern, except, key }: SomeMember,
  at: Location,
  doubt: Doubt = 'surely',
): boolean {
  return (
    (pattern === undefined || matchesPattern(pattern, name, at)) &&
    (except === undefined || !isNamed(name, except, at)) &&
    (key === undefined || isValidValue(name, key, doubt))
  )
}

function isNamed(name: string, { names, patterns }: EvaluatedNames, at: Location): boolean {
  return names.includes(name) || patterns.some((pattern) => matchesPattern(pattern, name, at))
}

function matchesPattern(pattern: string, text: string, at: Location): boolean {
  return matchesText(searchCondition(pattern, at, 'patternProperties').expression, text)
}

const listedValues = new WeakMap<readonly Json[], Set<string>>()

function isListed(value: Json, list: readonly Json[] | undefined): boolean {
  if (list === undefined) return true
  const values = listedValues.get(list) ?? new Set(list.map(canonical))
  listedValues.set(list, values)
  return values.has(canonical(value))
}

function isValidNumber(value: number, location: Location): boolean {
  const step = readNumber(location, 'multipleOf')
  return (
    readBounds(location).every(({ value: limit, exclusive, isLower }) =>
      isLower
        ? value > limit || (!exclusive && value === limit)
        : value < limit || (!exclusive && value === limit),
    ) &&
    (step === undefined || isMultiple(value, step))
  )
}

function isValidText(value: string, location: Location, doubt: Doubt): boolean {
  const length = Array.from(value).length
  return (
    length >= (readCount(location, 'minLength') ?? 0) &&
    length <= (longestOf(location, doubt) ?? Infinity) &&
    textConditions([location], doubt).every(
      ({ expression, negate }) => matchesText(expression, value) !== negate,
    )
  )
}

function isValidList(value: readonly Json[], location: Location, doubt: Doubt): boolean {
  const old = Array.isArray(keyword(location, 'items'))
  const prefixName = old ? 'items' : 'prefixItems'
  const restName = old ? 'additionalItems' : 'items'
  const prefix = readList(location, prefixName)?.length ?? 0
  const valid = (inner: Json, keyword: string, index?: number): boolean =>
    isValidValue(inner, child(location, keyword, index), doubt)
  const contained =
    keyword(location, 'contains') === undefined
      ? undefined
      : value.filter((inner) => valid(inner, 'contains')).length
  return (
    value.length >= (readCount(location, 'minItems') ?? 0) &&
    value.length <= (readCount(location, 'maxItems') ?? Infinity) &&
    value.every((item, index) => {
      if (index < prefix) return valid(item, prefixName, index)
      return keyword(location, restName) === undefined || valid(item, restName)
    }) &&
    (contained === undefined ||
      (contained >= (readCount(location, 'minContains') ?? 1) &&
        contained <= (readCount(location, 'maxContains') ?? Infinity))) &&
    (keyword(location, 'uniqueItems') !== true || new Set(value.map(canonical)).size === value.length)
  )
}

function isValidObject(value: JsonObject, location: Location, doubt: Doubt): boolean {
  const keys = Object.keys(value)
  const named = new Set(readKeys(location, 'properties'))
  const patterns = readKeys(location, 'patternProperties')
  const valid = (inner: Json, keyword: string, name?: string): boolean =>
    isValidValue(inner, child(location, keyword, name), doubt)
  return (
    readNames(location, 'required').every((name) => Object.hasOwn(value, name)) &&
    keys.length >= (readCount(location, 'minProperties') ?? 0) &&
    keys.length <= (readCount(location, 'maxProperties') ?? Infinity) &&
    keys.every((key) => {
      const inner = value[key] as Json
      const matching = patterns.filter((pattern) => matchesPattern(pattern, key, location))
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

function meetsDependencies(value: JsonObject, location: Location, doubt: Doubt): boolean {
  return ['dependencies', 'dependentRequired', 'dependentSchemas'].every((name) =>
    readKeys(location, name).every((key) => {
      if (!Object.hasOwn(value, key)) return true
      const demanded = (keyword(location, name) as JsonObject)[key]!
      if (typeof demanded === 'string') return Object.hasOwn(value, demanded)
      if (Array.isArray(demanded)) return demanded.every((inner) => Object.hasOwn(value, String(inner)))
      return isValidValue(value, child(location, name, key), doubt)
    }),
  )
}
