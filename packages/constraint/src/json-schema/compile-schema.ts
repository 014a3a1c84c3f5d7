import { parseOrdered } from '@woolgather/workflow/ordered-json'
import { ConstraintError } from '../errors/constraint-error.ts'
import { charactersOf } from '../grammar/characters.ts'
import {
  characters,
  choice,
  literal,
  nothing,
  repeat,
  rule,
  type Expression,
  type Grammar,
  type RuleCall,
} from '../grammar/expression.ts'
import { compileArray } from './compile-array.ts'
import { compileNumber } from './compile-number.ts'
import { compileObject } from './compile-object.ts'
import { compileString } from './compile-string.ts'
import type { Conjunction } from './conjunctions.ts'
import type { KeyClass } from './key-class.ts'
import { Alternatives } from './expand-alternatives.ts'
import { listIgnored, type SchemaNote } from './ignored-keywords.ts'
import { allAtOnce, type Steps } from '../grammar/steps.ts'
import { readSpellings } from './number-spellings.ts'
import { keyword, readList } from './read-keywords.ts'
import { SchemaDocument } from './schema-document.ts'
import { invalidSchema, tooDeep, type Json, type Location } from './schema-location.ts'
import { uniteObjects } from './unite-objects.ts'
import { isValidValue, meetsAlone } from './validate-value.ts'
import type { ValueCompiler } from './value-compiler.ts'
import { allowedBits, allowedTypes, objectBit, type ValueType } from './value-types.ts'
import { wholeNumbersOf } from './whole-numbers.ts'
import { writeValue } from './write-value.ts'

export interface SchemaOptions {
  /** `compact` (the default) allows no whitespace between tokens, `flexible` all that JSON allows. */
  readonly whitespace?: 'compact' | 'flexible'
  /** Treat objects that name properties, or patterns of them, as if they said `"additionalProperties": false`. */
  readonly closedObjects?: boolean
  /**
   * At most 16 digits in each part of a number and 20 characters of whitespace in a row, so that neither goes on for
   * ever. Values that the schema names keep theirs. Default: no bound.
   */
  readonly bounded?: boolean
  /**
   * `schema` (the default): properties come in the order of the schema, additional ones last. `any`: in any order; counted
   * ones and those that a `not` demands keep the schema's, and `finish` knows no way out of objects with required ones.
   */
  readonly propertyOrder?: 'schema' | 'any'
  /** Refuse keywords that assert nothing and formats that are not known, instead of ignoring them. */
  readonly strict?: boolean
  /** Schemas that references may lead to, by the address that they are called by. */
  readonly documents?: { readonly [address: string]: unknown }
}

const mostDigits = 16
const mostWhitespace = 20

const maximumRules = 20_000
/** Whole numbers between bounds that are told apart one by one. */
const mostWholeNumbers = 4_096
/** Properties of all objects together, and ways between them: some 150 MB. */
const maximumParts = 150_000
/** Alternatives of all values together; each is compiled by itself. */
const maximumAlternatives = 4_000

/**
 * JSON Schema (drafts 4, 6, 7, 2019-09 and 2020-12) to a grammar of JSON texts. Properties come in the schema's order.
 * JavaScript's objects put names like integers first: given as text, the schema keeps their places; else `required`
 * tells them, as far as it has them.
 * @param schema JSON, or text of it
 * @throws {ConstraintError} `invalid-schema`, or `unsupported-schema` for keywords that cannot be enforced, with the
 * path
 */
export function compileSchema(schema: unknown, options: SchemaOptions = {}): CompiledSchema {
  return allAtOnce(compileSchemaInSteps(schema, options))
}

export interface CompiledSchema {
  readonly grammar: Grammar
  readonly notes: readonly SchemaNote[]
}

export function* compileSchemaInSteps(schema: unknown, options: SchemaOptions): Steps<CompiledSchema> {
  const json = readJson(schema)
  const others = Object.entries(options.documents ?? {}).map(([address, other]) => [address, readJson(other)])
  const document = new SchemaDocument(json, Object.fromEntries(others) as { [address: string]: Json })
  yield
  const notes = listIgnored(json)
  const [first] = notes
  if (options.strict === true && first !== undefined) throw refuseIgnored(first)
  yield
  const spellings = readSpellings(typeof schema === 'string' ? schema : '')
  try {
    return { grammar: yield* new SchemaCompiler(options, spellings).compile(document.root), notes }
  } catch (error) {
    // What calls itself for schemas within schemas, or for values within values, ran out of stack.
    throw error instanceof RangeError ? tooDeep('#', 'The schema leads on too deep') : error
  } finally {
    document.patterns.keep()
  }
}

function refuseIgnored({ problem, path }: SchemaNote): ConstraintError {
  return new ConstraintError('unsupported-schema', problem, {
    where: { path },
    hint: 'Strict schemas hold only what can be enforced.',
  })
}

function readJson(schema: unknown): Json {
  return typeof schema === 'string' ? readText(schema) : (schema as Json)
}

function readText(text: string): Json {
  try {
    return parseOrdered(text)
  } catch (error) {
    throw invalidSchema('#', `the text is no JSON: ${(error as Error).message}`)
  }
}

class SchemaCompiler implements ValueCompiler {
  readonly space: Expression
  readonly closedObjects: boolean
  readonly spellings: ReadonlyMap<number, ReadonlySet<string>>
  readonly anyOrder: boolean
  readonly mostDigits: number
  readonly #alternatives = new Alternatives(isValidValue)
  readonly #rules = new Map<string, Expression>()
  readonly #pending: { name: string; locations: Conjunction }[] = []
  readonly keyClasses = new Map<string, readonly KeyClass[]>()
  readonly #made = new Map<string, Expression>()
  #shared = 0
  #parts = 0
  #compiled = 0
  isOneOfSeveral = false

  constructor(
    { whitespace = 'compact', closedObjects = false, bounded = false, propertyOrder }: SchemaOptions,
    spellings: ReadonlyMap<number, ReadonlySet<string>>,
  ) {
    this.spellings = spellings
    this.anyOrder = propertyOrder === 'any'
    this.closedObjects = closedObjects
    this.mostDigits = bounded ? mostDigits : Infinity
    const most = bounded ? mostWhitespace : Infinity
    this.space = whitespace === 'compact' ? nothing : repeat(characters(charactersOf(' \t\n\r')), 0, most)
  }

  *compile(location: Location): Steps<Grammar> {
    const start = this.valueOf([location])
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) {
      this.#rules.set(next.name, yield* this.#compileAlternatives(next.locations))
      yield
    }
    return { start: start.name, rules: this.#rules }
  }

  valueOf(locations: Conjunction): RuleCall {
    const telling = locations.filter(saysSomething)
    const name = nameOf(telling)
    if (!this.#rules.has(name)) {
      if (this.#rules.size - this.#shared >= maximumRules) {
        throw new ConstraintError(
          'too-large',
          `The schema describes more than ${maximumRules} different values`,
        )
      }
      this.#rules.set(name, nothing)
      this.#pending.push({ name, locations: telling })
    }
    return rule(name)
  }

  readonly share = (expression: Expression): RuleCall => {
    if (expression.kind === 'rule') return expression
    const name = `part ${++this.#shared}`
    this.#rules.set(name, expression)
    return rule(name)
  }

  once(key: string, make: () => Expression): Expression {
    const known = this.#made.get(key) ?? this.share(make())
    this.#made.set(key, known)
    return known
  }

  readonly spend = (parts: number): void => {
    this.#parts += parts
    if (this.#parts <= maximumParts) return
    throw new ConstraintError(
      'too-large',
      `The schema describes more than ${maximumParts} properties in all its alternatives together`,
      { hint: 'Name fewer properties beside options, or fewer options beside properties.' },
    )
  }

  alternativesOf(locations: Conjunction): Conjunction[] {
    return this.#alternatives.of(locations)
  }

  listValues(locations: Conjunction): readonly Json[] | undefined {
    const lists = this.alternativesOf(locations).map(
      (alternative) => listedValues(alternative) ?? wholeNumbersOf(alternative, mostWholeNumbers),
    )
    return lists.includes(undefined) ? undefined : lists.flatMap((list) => list ?? [])
  }

  *#compileAlternatives(locations: Conjunction): Steps<Expression> {
    const listed = listedIn(locations)
    if (listed !== undefined) {
      const valid = listed.filter((value) => locations.every((location) => isValidValue(value, location)))
      return this.#writeAll(valid, locations)
    }
    const compiled: Expression[] = []
    const alternatives = this.alternativesOf(locations)
    const objects = alternatives.filter((alternative) => (allowedBits(alternative) & objectBit) !== 0)
    this.isOneOfSeveral = objects.length > 1
    for (const alternative of alternatives) {
      compiled.push(this.#compileConjunction(alternative))
      yield
    }
    return this.isOneOfSeveral ? yield* uniteObjects(compiled) : choice(compiled)
  }

  /** What is too large without saying where is so here. */
  #compileConjunction(locations: Conjunction): Expression {
    try {
      return this.#compileParts(locations)
    } catch (error) {
      const [first] = locations
      if (!(error instanceof ConstraintError) || error.code !== 'too-large' || first === undefined)
        throw error
      if (error.where.path !== undefined) throw error
      throw new ConstraintError(error.code, `${error.message}, at ${first.path}`, {
        where: { path: first.path },
        ...(error.hint !== undefined && { hint: error.hint }),
      })
    }
  }

  #compileParts(locations: Conjunction): Expression {
    const listed = listedValues(locations)
    if (listed !== undefined) return this.#writeAll(listed, locations)
    refuseUnwritable(locations)
    if (++this.#compiled > maximumAlternatives)
      throw new ConstraintError(
        'too-large',
        `The schema describes more than ${maximumAlternatives} alternatives`,
        { hint: 'Have it answered in parts, each with a part of the schema.' },
      )
    const types = allowedTypes(locations)
    const scalars: Json[] = [
      ...(types.has('null') ? [null] : []),
      ...(types.has('boolean') ? [true, false] : []),
    ]
    const written = scalars.filter((value) => locations.every((location) => meetsAlone(value, location)))
    return choice([
      ...written.map((value) => literal(JSON.stringify(value))),
      ...(types.has('integer') || types.has('number')
        ? [compileNumber(locations, types, this.mostDigits)]
        : []),
      ...(types.has('string') ? [compileString(locations)] : []),
      ...(types.has('array') ? [compileArray(locations, this)] : []),
      ...(types.has('object') ? [compileObject(locations, this)] : []),
    ])
  }

  #writeAll(values: readonly Json[], locations: Conjunction): Expression {
    const isWhole = !allowedTypes(locations).has('number')
    return choice(values.map((value) => writeValue(value, isWhole, this)))
  }
}

function saysSomething({ schema, demand }: Location): boolean {
  return typeof schema === 'boolean' ? !schema : demand !== undefined || Object.keys(schema).length > 0
}

/** The same for the same schemas in whatever order. */
function nameOf(locations: Conjunction): string {
  if (locations.length < 2) return locations[0]?.path ?? 'any value'
  return [...new Set(locations.map(({ path }) => path))].sort().join(' and ')
}

/** The values of the first list among the schemas. */
function listedIn(locations: Conjunction): readonly Json[] | undefined {
  for (const location of locations) {
    const only = keyword(location, 'const')
    const list = only === undefined ? readList(location, 'enum') : [only]
    if (list !== undefined && !location.document.isOnlyReference(location)) return list
  }
  return undefined
}

/** @throws {ConstraintError} where values must break what has no complement that can be written, and some are possible */
function refuseUnwritable(locations: Conjunction): void {
  for (const { demand } of locations)
    if (demand?.kind === 'unwritable' && allowedTypes(locations).size > 0) throw demand.refusal
}

function areFew(types: ReadonlySet<ValueType>): boolean {
  return types.size <= 2 && [...types].every((type) => type === 'null' || type === 'boolean')
}

/** Values that are listed are written out, as far as they meet the other keywords; few types are as good as a list. */
function listedValues(locations: Conjunction): readonly Json[] | undefined {
  const values = listedIn(locations) ?? (areFew(allowedTypes(locations)) ? [null, true, false] : undefined)
  return values?.filter((value) => locations.every((location) => meetsAlone(value, location)))
}
