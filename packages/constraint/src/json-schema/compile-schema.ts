import { keysOf, parseOrdered } from '@woolgather/workflow/ordered-json'
import { ConstraintError } from '../errors/constraint-error.ts'
import { charactersOf } from '../grammar/characters.ts'
import {
  characters,
  choice,
  literal,
  nothing,
  repeat,
  rule,
  sequence,
  type Expression,
  type Grammar,
} from '../grammar/expression.ts'
import { compileArray } from './compile-array.ts'
import { compileNumber } from './compile-number.ts'
import { compileObject } from './compile-object.ts'
import { compileString } from './compile-string.ts'
import { excludeOneAnother } from './exclude-alternatives.ts'
import { expandAlternatives, type CheckExclusive, type Conjunction } from './expand-alternatives.ts'
import { keyword, readList } from './read-keywords.ts'
import {
  invalidSchema,
  isObject,
  locate,
  refuseKeyword,
  type Json,
  type Location,
} from './schema-location.ts'
import { isValidValue } from './validate-value.ts'
import type { ValueCompiler } from './value-compiler.ts'
import { allowedTypes } from './value-types.ts'

export interface SchemaOptions {
  /** `compact` (the default) allows no whitespace between tokens, `flexible` all that JSON allows. */
  readonly whitespace?: 'compact' | 'flexible'
  /** Treat objects with named properties as if they said `"additionalProperties": false`. */
  readonly closedObjects?: boolean
  /**
   * At most 16 digits in each part of a number and 20 characters of whitespace in a row, so that neither goes on for
   * ever. Values that the schema names keep theirs. Default: no bound.
   */
  readonly bounded?: boolean
}

const mostDigits = 16
const mostWhitespace = 20

const maximumRules = 20_000

/**
 * JSON Schema (2020-12, and what drafts 4 to 7 write alike) to a grammar of JSON texts. Properties come in the
 * schema's order. JavaScript's objects put names like integers first: given as text, the schema keeps their places; else
 * `required` tells them, as far as it has them.
 * @param schema JSON, or text of it
 * @throws {ConstraintError} `invalid-schema`, or `unsupported-schema` for keywords that cannot be enforced, with the
 * path
 */
export function compileSchema(schema: unknown, options: SchemaOptions = {}): Grammar {
  const json = typeof schema === 'string' ? readText(schema) : (schema as Json)
  const root = locate(json, '#')
  return new SchemaCompiler(json, options).compile(root)
}

function readText(text: string): Json {
  try {
    return parseOrdered(text)
  } catch (error) {
    throw invalidSchema('#', `the text is no JSON: ${(error as Error).message}`)
  }
}

class SchemaCompiler implements ValueCompiler {
  readonly root: Json
  readonly space: Expression
  readonly closedObjects: boolean
  readonly mostDigits: number
  readonly #rules = new Map<string, Expression>()
  readonly #pending: { name: string; locations: Conjunction }[] = []

  constructor(root: Json, { whitespace = 'compact', closedObjects = false, bounded = false }: SchemaOptions) {
    this.root = root
    this.closedObjects = closedObjects
    this.mostDigits = bounded ? mostDigits : Infinity
    const most = bounded ? mostWhitespace : Infinity
    this.space = whitespace === 'compact' ? nothing : repeat(characters(charactersOf(' \t\n\r')), 0, most)
  }

  compile(location: Location): Grammar {
    const start = this.valueOf([location])
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) {
      this.#rules.set(next.name, this.#compileAlternatives(next.locations))
    }
    return { start: start.name, rules: this.#rules }
  }

  valueOf(locations: Conjunction): Expression & { kind: 'rule' } {
    const telling = locations.filter(
      ({ schema }) => schema !== true && !(isObject(schema) && Object.keys(schema).length === 0),
    )
    const name = [...new Set(telling.map(({ path }) => path))].sort().join(' and ') || 'any value'
    if (!this.#rules.has(name)) {
      if (this.#rules.size >= maximumRules) {
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

  isValid(value: Json, location: Location): boolean {
    return isValidValue(this.root, value, location)
  }

  #expand(locations: Conjunction): Conjunction[] {
    return expandAlternatives(this.root, locations, this.#checkExclusive)
  }

  readonly #checkExclusive: CheckExclusive = (location, left, right, [first, second]) => {
    const context = {
      expand: (inner: Conjunction) => this.#expand(inner),
      isValid: (value: Json, inner: Location) => this.isValid(value, inner),
    }
    if (excludeOneAnother(left, right, context)) return
    const hint = `Options ${first + 1} and ${second + 1} may both hold. Use "anyOf", or give them a property with different "const" values.`
    throw refuseKeyword(location.path, 'oneOf', hint)
  }

  #compileAlternatives(locations: Conjunction): Expression {
    return choice(this.#expand(locations).map((alternative) => this.#compileConjunction(alternative)))
  }

  #compileConjunction(locations: Conjunction): Expression {
    const listed = locations.find(
      (at) => keyword(at, 'const') !== undefined || keyword(at, 'enum') !== undefined,
    )
    if (listed !== undefined) return this.#compileListed(listed, locations)
    const types = allowedTypes(locations)
    return choice([
      ...(types.has('null') ? [literal('null')] : []),
      ...(types.has('boolean') ? [choice([literal('true'), literal('false')])] : []),
      ...(types.has('integer') ? [compileNumber(locations, !types.has('number'), this.mostDigits)] : []),
      ...(types.has('string') ? [compileString(locations)] : []),
      ...(types.has('array') ? [compileArray(locations, this)] : []),
      ...(types.has('object') ? [compileObject(locations, this)] : []),
    ])
  }

  /** Values that are listed are written out, as far as they meet the other keywords. */
  #compileListed(listed: Location, locations: Conjunction): Expression {
    const only = keyword(listed, 'const')
    const values = only === undefined ? (readList(listed, 'enum') ?? []) : [only]
    const valid = values.filter((value) => locations.every((location) => this.isValid(value, location)))
    return choice(valid.map((value) => this.#write(value)))
  }

  #write(value: Json): Expression {
    if (Array.isArray(value))
      return this.#writeList(
        '[',
        value.map((item: Json) => this.#write(item)),
        ']',
      )
    if (isObject(value)) {
      const pairs = keysOf(value).map((key) =>
        sequence([
          literal(JSON.stringify(key)),
          this.space,
          literal(':'),
          this.space,
          this.#write(value[key] as Json),
        ]),
      )
      return this.#writeList('{', pairs, '}')
    }
    return literal(JSON.stringify(value))
  }

  #writeList(open: string, items: readonly Expression[], close: string): Expression {
    const separated = items.map((item, index) =>
      index === 0 ? item : sequence([this.space, literal(','), this.space, item]),
    )
    const inside = items.length === 0 ? [] : [...separated, this.space]
    return sequence([literal(open), this.space, ...inside, literal(close)])
  }
}
