import type { Conjunction, Resolver } from './conjunctions.ts'
import { searchCondition } from './compile-string.ts'
import { possibleOfFormat } from './format-bounds.ts'
import {
  keyword,
  readBounds,
  readCount,
  readKeys,
  readList,
  readNames,
  readNumber,
  readText,
} from './read-keywords.ts'
import {
  child,
  isObject,
  madeOf,
  refuseKeyword,
  type Demand,
  type Json,
  type Location,
  type SchemaObject,
} from './schema-location.ts'
import { readTypes, valueTypes, type ValueType } from './value-types.ts'

type Negate = (location: Location, alternatives: Resolver, name: string) => Conjunction[]

/** What a value that breaks a keyword meets, in keywords that can be written out. */
const negations: Readonly<Record<string, Negate>> = {
  $ref: (at, all, name) => all.negated(at.document.follow(at, name)),
  $dynamicRef: (at, all, name) => all.negated(at.document.follow(at, name)),
  $recursiveRef: (at, all, name) => all.negated(at.document.follow(at, name)),
  not: (at, all) => all.of([child(at, 'not')]),
  allOf: (at, all) => eachOf(at, 'allOf').flatMap((inner) => all.negated(inner)),
  anyOf: (at, all) => all.cross(eachOf(at, 'anyOf').map((inner) => all.negated(inner))),
  oneOf: (at, all) => {
    const options = eachOf(at, 'oneOf')
    const pairs = options.flatMap((left, index) =>
      options.slice(index + 1).flatMap((right) => all.of([left, right])),
    )
    return [...all.cross(options.map((inner) => all.negated(inner))), ...pairs]
  },
  if: (at, all) => {
    const condition = child(at, 'if')
    const broken = (name: string) => (keyword(at, name) === undefined ? [] : all.negated(child(at, name)))
    return [
      ...all.cross([all.of([condition]), broken('then')]),
      ...all.cross([all.negated(condition), broken('else')]),
    ]
  },
  type: (at) => {
    const types = readTypes(at)
    return [
      [
        ofTypes(
          at,
          'not type',
          valueTypes.filter((type) => !types.has(type)),
        ),
      ],
    ]
  },
  enum: (at, all) => noneOf(at, 'not enum', readList(at, 'enum') ?? [], all),
  const: (at, all) => noneOf(at, 'not const', [keyword(at, 'const')!], all),
  ...count('minLength', 'string', (limit) => (limit === 0 ? undefined : { maxLength: limit - 1 })),
  ...count('maxLength', 'string', (limit) => ({ minLength: limit + 1 })),
  ...count('minItems', 'array', (limit) => (limit === 0 ? undefined : { maxItems: limit - 1 })),
  ...count('maxItems', 'array', (limit) => ({ minItems: limit + 1 })),
  ...count('minProperties', 'object', (limit) => (limit === 0 ? undefined : { maxProperties: limit - 1 })),
  ...count('maxProperties', 'object', (limit) => ({ minProperties: limit + 1 })),
  ...bound('minimum'),
  ...bound('maximum'),
  ...bound('exclusiveMinimum'),
  ...bound('exclusiveMaximum'),
  pattern: (at) => {
    const pattern = readText(at, 'pattern')!
    const condition = { ...searchCondition(pattern, at), negate: true }
    return [[madeOf(at, 'not pattern', { type: 'string' }, { kind: 'text', condition })]]
  },
  format: (at) => {
    const expression = possibleOfFormat(readText(at, 'format')!)
    if (expression === undefined) return []
    return [
      [
        madeOf(
          at,
          'not format',
          { type: 'string' },
          { kind: 'text', condition: { expression, negate: true } },
        ),
      ],
    ]
  },
  multipleOf: (at) => [
    [
      madeOf(
        at,
        'not multipleOf',
        { type: 'number' },
        { kind: 'no-multiple', of: readNumber(at, 'multipleOf')! },
      ),
    ],
  ],
  required: (at) =>
    readNames(at, 'required').map((name) => [
      madeOf(at, `not required ${name}`, { type: 'object', properties: { [name]: false } }),
    ]),
  properties: (at) =>
    readKeys(at, 'properties').map((name) => [
      madeOf(at, `not properties ${name}`, {
        type: 'object',
        required: [name],
        properties: { [name]: complementOf(at, 'properties', name) },
      }),
    ]),
  patternProperties: (at) =>
    readKeys(at, 'patternProperties').flatMap((pattern) =>
      someMember(at, `not patternProperties ${pattern}`, {
        pattern,
        value: outside(at, complementOf(at, 'patternProperties', pattern), `patternProperties ${pattern}`),
      }),
    ),
  additionalProperties: (at) =>
    someMember(at, 'not additionalProperties', {
      except: { names: readKeys(at, 'properties'), patterns: readKeys(at, 'patternProperties') },
      value: outside(at, complementOf(at, 'additionalProperties'), 'additionalProperties'),
    }),
  propertyNames: (at) =>
    someMember(at, 'not propertyNames', {
      key: outside(at, complementOf(at, 'propertyNames'), 'propertyNames'),
    }),
  dependencies: negateDependencies,
  dependentRequired: negateDependencies,
  dependentSchemas: negateDependencies,
  items: (at) => {
    const items = keyword(at, 'items')
    if (Array.isArray(items)) return someItem(at, 'items', items.length)
    if (readList(at, 'prefixItems') !== undefined)
      return unwritable(at, 'items', 'array', 'after "prefixItems" it has no complement that can be written')
    return [[madeOf(at, 'not items', { type: 'array', contains: complementOf(at, 'items') })]]
  },
  prefixItems: (at) => someItem(at, 'prefixItems', readList(at, 'prefixItems')!.length),
  contains: (at) => {
    const least = readCount(at, 'minContains') ?? 1
    const most = readCount(at, 'maxContains')
    const contains = keyword(at, 'contains')!
    const fewer = { type: 'array', contains, minContains: 0, maxContains: least - 1 }
    const none = { type: 'array', items: complementOf(at, 'contains') }
    return [
      ...(least === 0 ? [] : [[madeOf(at, 'not contains', least === 1 ? none : fewer)]]),
      ...(most === undefined
        ? []
        : [[madeOf(at, 'not maxContains', { type: 'array', contains, minContains: most + 1 })]]),
    ]
  },
  additionalItems: (at) => {
    if (!Array.isArray(keyword(at, 'items'))) return []
    return unwritable(at, 'additionalItems', 'array', 'it has no complement that can be written')
  },
  uniqueItems: (at) => {
    if (keyword(at, 'uniqueItems') !== true) return []
    return unwritable(at, 'uniqueItems', 'array', 'that two items are equal cannot be told ahead')
  },
  unevaluatedProperties: (at) =>
    unwritable(at, 'unevaluatedProperties', 'object', 'it has no complement that can be written'),
  unevaluatedItems: (at) =>
    unwritable(at, 'unevaluatedItems', 'array', 'it has no complement that can be written'),
}

/** Keywords that a value can break. */
export const negatedKeywords: ReadonlySet<string> = new Set(Object.keys(negations))

export function negateKeyword(location: Location, name: string, alternatives: Resolver): Conjunction[] {
  return negations[name]!(location, alternatives, name)
}

/** What breaks a keyword and cannot be written out is refused where it is compiled: often nothing meets it anyway. */
function unwritable(at: Location, name: string, type: 'array' | 'object', why: string): Conjunction[] {
  const hint = `Inside "not", "if" and options of "oneOf" that may hold together, ${why}.`
  const refusal = refuseKeyword(at.path, name, hint)
  return [[madeOf(at, `not ${name}`, { type }, { kind: 'unwritable', refusal })]]
}

function eachOf(location: Location, name: string): Location[] {
  return (readList(location, name) ?? []).map((_, index) => child(location, name, index))
}

/** Of these types only, whole numbers apart from others. */
function ofTypes(location: Location, says: string, types: readonly ValueType[]): Location {
  return madeOf(location, says, {}, { kind: 'types', types: new Set(types) })
}

/** Values that equal none of some: texts, numbers and the like are left out, lists and objects differ in a part. */
function noneOf(at: Location, says: string, values: readonly Json[], all: Resolver): Conjunction[] {
  const isPlain = (value: Json): boolean => typeof value !== 'object' || value === null
  const plain = madeOf(at, says, {}, { kind: 'unlisted', values: values.filter(isPlain) })
  const others = values.filter((value) => !isPlain(value))
  return all.cross([
    [[plain]],
    ...others.map((value, index) => {
      const name = `${says} ${index}`
      const type = Array.isArray(value) ? 'array' : 'object'
      const types = new Set(valueTypes.filter((other) => other !== type))
      const differing = Array.isArray(value)
        ? otherLists(at, name, value as readonly Json[])
        : otherObjects(at, name, value as { readonly [key: string]: Json })
      return [[madeOf(at, `${name} type`, {}, { kind: 'types', types })], ...differing]
    }),
  ])
}

function otherLists(at: Location, name: string, value: readonly Json[]): Conjunction[] {
  const { length } = value
  return [
    ...(length === 0 ? [] : [[madeOf(at, `${name} shorter`, { type: 'array', maxItems: length - 1 })]]),
    [madeOf(at, `${name} longer`, { type: 'array', minItems: length + 1 })],
    ...value.map((item, index) => {
      const prefixItems = [...value.slice(0, index).map(() => true), { not: { const: item } }]
      return [madeOf(at, `${name} item ${index}`, { type: 'array', minItems: index + 1, prefixItems })]
    }),
  ]
}

function otherObjects(at: Location, name: string, value: { readonly [key: string]: Json }): Conjunction[] {
  const names = Object.keys(value)
  return [
    ...someMember(at, `${name} further`, { except: { names, patterns: [] } }),
    ...names.flatMap((key) => [
      [madeOf(at, `${name} without ${key}`, { type: 'object', properties: { [key]: false } })],
      [
        madeOf(at, `${name} other ${key}`, {
          type: 'object',
          required: [key],
          properties: { [key]: { not: { const: value[key]! } } },
        }),
      ],
    ]),
  ]
}

function count(
  name: string,
  type: string,
  opposite: (limit: number) => SchemaObject | undefined,
): Readonly<Record<string, Negate>> {
  return {
    [name]: (at) => {
      const schema = opposite(readCount(at, name)!)
      return schema === undefined ? [] : [[madeOf(at, `not ${name}`, { type, ...schema })]]
    },
  }
}

function bound(name: string): Readonly<Record<string, Negate>> {
  return {
    [name]: (at) =>
      readBounds(at)
        .filter((found) => found.keyword === name)
        .map(({ value, exclusive, isLower }) => {
          const opposite = `${exclusive ? '' : 'exclusive'}${isLower ? 'Maximum' : 'Minimum'}`
          const key = opposite[0]!.toLowerCase() + opposite.slice(1)
          return [madeOf(at, `not ${name}`, { type: 'number', [key]: value })]
        }),
  }
}

/** `{ not: schema }` for the schema at some keys. */
function complementOf(location: Location, ...keys: string[]): Json {
  const inner = keys.reduce<Json>(
    (value, key) => (value as { [key: string]: Json })[key]!,
    location.schema as Json,
  )
  if (typeof inner === 'boolean') return !inner
  return { not: inner }
}

function outside(location: Location, schema: Json, says: string): Location {
  return madeOf(location, `not ${says}`, schema as SchemaObject | boolean)
}

function someMember(
  location: Location,
  says: string,
  member: Extract<Demand, { kind: 'some-member' }>['member'],
): Conjunction[] {
  if (member.value?.schema === false || member.key?.schema === false) return []
  return [[madeOf(location, says, { type: 'object', minProperties: 1 }, { kind: 'some-member', member })]]
}

/** One of the first items is wrong. */
function someItem(location: Location, name: string, length: number): Conjunction[] {
  return Array.from({ length }, (_, index) => {
    const list = Array.from({ length: index }, (): Json => true)
    const inner = (keyword(location, name) as readonly Json[])[index]!
    const wrong = typeof inner === 'boolean' ? !inner : { not: inner }
    return [
      madeOf(location, `not ${name} ${index}`, {
        type: 'array',
        minItems: index + 1,
        prefixItems: [...list, wrong],
      }),
    ]
  })
}

function negateDependencies(at: Location, all: Resolver, name: string): Conjunction[] {
  return readKeys(at, name).flatMap((key) => {
    const demanded = (keyword(at, name) as { [key: string]: Json })[key]!
    const says = `not ${name} ${key}`
    const present: SchemaObject = { type: 'object', required: [key] }
    if (isObject(demanded) || typeof demanded === 'boolean')
      return all.cross([[[madeOf(at, says, present)]], all.negated(child(at, name, key))])
    const names = typeof demanded === 'string' ? [demanded] : (demanded as readonly string[])
    return names.map((missing) => [
      madeOf(at, `${says} ${missing}`, { ...present, properties: { [missing]: false } }),
    ])
  })
}
