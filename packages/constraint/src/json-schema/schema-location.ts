import { ConstraintError } from '../errors/constraint-error.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type SchemaObject = { readonly [keyword: string]: Json | undefined }

/** A schema inside the document, with the JSON pointer that leads to it. */
export interface Location {
  readonly schema: boolean | SchemaObject
  readonly path: string
}

/** Keywords that say nothing about which values are valid. */
const annotations = new Set(
  '$schema $id $comment $defs definitions title description default examples example deprecated readOnly writeOnly contentMediaType contentEncoding'.split(
    ' ',
  ),
)
const understood = new Set(
  (
    '$ref allOf anyOf oneOf type enum const properties required additionalProperties patternProperties propertyNames ' +
    'minProperties maxProperties items prefixItems additionalItems minItems maxItems minLength maxLength pattern ' +
    'format minimum maximum exclusiveMinimum exclusiveMaximum multipleOf'
  ).split(' '),
)

export function refuseKeyword(path: string, keyword: string, hint?: string): ConstraintError {
  return new ConstraintError(
    'unsupported-schema',
    `The schema uses "${keyword}" at ${path}, which cannot be enforced while generating`,
    {
      where: { path: `${path}/${escapePointer(keyword)}` },
      ...(hint === undefined ? {} : { hint }),
    },
  )
}

export function invalidSchema(path: string, problem: string): ConstraintError {
  return new ConstraintError('invalid-schema', `The schema is invalid at ${path}: ${problem}`, {
    where: { path },
  })
}

/** A schema inside another. Refuses what is no schema, and keywords that cannot be enforced. */
export function locate(schema: Json | undefined, path: string): Location {
  if (typeof schema === 'boolean') return { schema, path }
  if (!isObject(schema)) throw invalidSchema(path, 'expected an object, true or false')
  for (const keyword of Object.keys(schema)) {
    if (understood.has(keyword) || annotations.has(keyword) || keyword.startsWith('x-')) continue
    throw refuseKeyword(path, keyword)
  }
  return { schema, path }
}

export function child(location: Location, ...keys: (string | number)[]): Location {
  const value = keys.reduce<Json | undefined>(
    (value, key) => (value as { readonly [key: string]: Json })[key],
    location.schema as { readonly [key: string]: Json },
  )
  return locate(value, [location.path, ...keys.map((key) => escapePointer(String(key)))].join('/'))
}

/** Follows `#/a/b`. */
export function resolveReference(root: Json, reference: Json, path: string): Location {
  if (typeof reference !== 'string') throw invalidSchema(`${path}/$ref`, 'expected text')
  if (reference !== '#' && !reference.startsWith('#/')) {
    throw refuseKeyword(
      path,
      '$ref',
      `Only references into the same schema work, such as "#/$defs/name", not "${reference}".`,
    )
  }
  const keys = reference
    .split('/')
    .slice(1)
    .map((key) => safeDecode(key).replaceAll('~1', '/').replaceAll('~0', '~'))
  let value: Json | undefined = root
  for (const key of keys) {
    const inside: { readonly [key: string]: Json } =
      typeof value === 'object' && value !== null ? (value as { readonly [key: string]: Json }) : {}
    value = Object.hasOwn(inside, key) ? inside[key] : undefined
  }
  if (value === undefined) throw invalidSchema(`${path}/$ref`, `nothing is defined at "${reference}"`)
  return locate(value, ['#', ...keys.map(escapePointer)].join('/'))
}

export function isObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
