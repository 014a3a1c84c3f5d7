import type { Condition } from '../automaton/intersect-languages.ts'
import { ConstraintError } from '../errors/constraint-error.ts'
import type { SchemaDocument } from './schema-document.ts'
import type { ValueType } from './value-types.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type SchemaObject = { readonly [keyword: string]: Json | undefined }

/** A schema inside the document, with the JSON pointer that leads to it. */
export interface Location {
  readonly schema: boolean | SchemaObject
  readonly path: string
  readonly document: SchemaDocument
  /** What no keyword can say; on schemas that other keywords were rewritten to. */
  readonly demand?: Demand
  /** Evaluates no properties or items in the sense of `unevaluatedProperties`: it stands in a negation. */
  readonly silent?: true
}

export type Demand =
  | { readonly kind: 'types'; readonly types: ReadonlySet<ValueType> }
  | { readonly kind: 'unlisted'; readonly values: readonly Json[] }
  | { readonly kind: 'text'; readonly condition: Condition }
  | { readonly kind: 'no-multiple'; readonly of: number }
  | { readonly kind: 'some-member'; readonly member: SomeMember }
  | { readonly kind: 'unevaluated-properties'; readonly evaluated: EvaluatedNames; readonly value: Location }
  | { readonly kind: 'unevaluated-items'; readonly prefix: number; readonly value: Location }
  /** Values that break a keyword whose complement no keyword says. */
  | { readonly kind: 'unwritable'; readonly refusal: ConstraintError }

/** Some property must be there whose key and value are so. */
export interface SomeMember {
  /** Matches this pattern. */
  readonly pattern?: string
  /** Is none of these and matches none of those. */
  readonly except?: EvaluatedNames
  readonly key?: Location
  readonly value?: Location
}

/**
 * Formats are known in part: a text of that part is surely of a format, one beyond what could be taken for it surely is not.
 */
export type Doubt = 'surely' | 'maybe'

/** Whether a value meets a schema, surely if not said. */
export type IsValid = (value: Json, location: Location, doubt?: Doubt) => boolean

export interface EvaluatedNames {
  readonly names: readonly string[]
  readonly patterns: readonly string[]
}

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

/** @param problem what is too much, as a sentence without its stop */
export function tooDeep(path: string, problem: string): ConstraintError {
  return new ConstraintError('too-large', `${problem}, at ${path}`, {
    where: { path },
    hint: 'Put what is inside into fewer levels, or let schemas refer to what they mean at once.',
  })
}

/** A schema that refers to itself without a value in between, or is asked for while it is being resolved. */
export class EndlessReference extends ConstraintError {
  constructor(path: string) {
    super('invalid-schema', `The schema is invalid at ${path}: it refers to itself without end`, {
      where: { path },
    })
  }
}

/** A schema inside another, where its keys lead to. */
export function child(location: Location, keyword: string, key?: string | number): Location {
  const { schema, path, document } = location
  const value = (schema as { readonly [keyword: string]: Json })[keyword]
  if (key === undefined) return document.locate(value, pathWithin(path, keyword))
  const inner = (value as { readonly [key: string]: Json })[key]
  return document.locate(inner, pathWithin(path, keyword, key))
}

/** The JSON pointer that leads on from another. */
export function pathWithin(path: string, keyword: string, key?: string | number): string {
  const own = `${path}/${escapePointer(keyword)}`
  return key === undefined ? own : `${own}/${typeof key === 'number' ? key : escapePointer(key)}`
}

/**
 * A schema that stands for what another says by keywords of its own.
 * @param says tells it from others made of the same location
 */
export function madeOf(
  location: Location,
  says: string,
  schema: boolean | SchemaObject,
  demand?: Demand,
): Location {
  const { document, path } = location
  return {
    schema,
    path: `${path}/${says}`,
    document,
    silent: true,
    ...(demand === undefined ? {} : { demand }),
  }
}

export function isObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const escapable = /[~/]/

export function escapePointer(key: string): string {
  return escapable.test(key) ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key
}
