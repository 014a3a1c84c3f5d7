import { ConstraintError } from '../errors/constraint-error.ts'
import { cross, maximumAlternatives, tooMany, type Conjunction, type Resolver } from './conjunctions.ts'
import { Contradictions } from './contradictions.ts'
import { exactlyOne } from './exclusive-options.ts'
import { evaluatedItems, evaluatedProperties } from './evaluated.ts'
import { negateKeyword, negatedKeywords } from './negate.ts'
import { keyword, readKeys, readList } from './read-keywords.ts'
import { referenceKeywords } from './schema-contents.ts'
import {
  child,
  EndlessReference,
  invalidSchema,
  madeOf,
  type IsValid,
  type Json,
  type Location,
} from './schema-location.ts'

/** Schemas in combinations that are looked at for one document: half a second of work or so. */
const mostWork = 500_000
/** Alternatives of a property that are compared with those of another. */
const maximumCompared = 100
/** Options of `anyOf` of which every set is tried where it matters which of them hold. */
const maximumSets = 5

/**
 * Resolves what combines schemas (`$ref`, `allOf`, `anyOf`, `oneOf`, `not`, `if`, dependencies): a value is valid if it
 * meets all schemas of any alternative.
 */
export class Alternatives implements Resolver {
  readonly #isValid: IsValid
  readonly #known = new Map<string, Conjunction[]>()
  readonly #failed = new Map<string, ConstraintError>()
  readonly #pairs = new Map<string, Conjunction[] | undefined>()
  readonly #open = new Set<string>()
  #work = 0
  readonly #contradictions: Contradictions

  /** @param isValid whether a value meets a schema */
  constructor(isValid: IsValid) {
    this.#isValid = isValid
    this.#contradictions = new Contradictions(isValid)
  }

  cross(lists: readonly (readonly Conjunction[])[], maximum?: number): Conjunction[] {
    return cross(lists, this.#isPossible, maximum)
  }

  readonly #isPossible = (locations: Conjunction): boolean => {
    this.#work += locations.length
    if (this.#work > mostWork) throw tooMany(maximumAlternatives)
    return this.#contradictions.isPossible(locations)
  }

  /** @throws {ConstraintError} for a schema that refers to itself without a value in between */
  of(locations: Conjunction): Conjunction[] {
    return this.cross(locations.map((location) => this.#expand(location, false)))
  }

  /** What meets none of the alternatives of a schema. */
  negated(location: Location): Conjunction[] {
    if (typeof location.schema === 'boolean') return location.schema ? [] : [[]]
    return this.#once(`not ${location.path}`, location, () => {
      const names = location.document.isOnlyReference(location)
        ? ['$ref']
        : Object.keys(location.schema).filter((name) => negatedKeywords.has(name))
      return names
        .flatMap((name) => negateKeyword(location, name, this))
        .map((alternative) => alternative.map(silence))
        .filter(this.#isPossible)
    })
  }

  #expand(location: Location, everySet: boolean): Conjunction[] {
    if (typeof location.schema === 'boolean') return location.schema ? [[]] : [[location]]
    const evaluates = ['unevaluatedProperties', 'unevaluatedItems'].filter(
      (name) => keyword(location, name) !== undefined,
    )
    const every = everySet || evaluates.length > 0
    return this.#once(`${every ? 'every ' : ''}${location.path}`, location, () =>
      this.#combine(location, every).map((alternative) => [
        ...alternative,
        ...evaluates.flatMap((name) =>
          name === 'unevaluatedItems'
            ? evaluatedItems(location, alternative)
            : evaluatedProperties(location, alternative),
        ),
      ]),
    )
  }

  #once(key: string, location: Location, make: () => Conjunction[]): Conjunction[] {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const failed = this.#failed.get(key)
    if (failed !== undefined) throw failed
    if (this.#open.has(key)) throw new EndlessReference(location.path)
    this.#open.add(key)
    try {
      const made = make()
      this.#known.set(key, made)
      return made
    } catch (error) {
      if (error instanceof ConstraintError && !(error instanceof EndlessReference))
        this.#failed.set(key, error)
      throw error
    } finally {
      this.#open.delete(key)
    }
  }

  #combine(location: Location, every: boolean): Conjunction[] {
    const { document } = location
    const references = referenceKeywords
      .filter((name) => keyword(location, name) !== undefined)
      .map((name) => this.#expand(document.follow(location, name), every))
    if (document.isOnlyReference(location)) return references[0]!
    const each = (name: string): Conjunction[][] | undefined => {
      const list = readList(location, name)
      if (list?.length === 0) throw invalidSchema(`${location.path}/${name}`, 'the list is empty')
      return list?.map((_, index) => this.#expand(child(location, name, index), every))
    }
    const any = each('anyOf')
    const one = each('oneOf')
    return this.cross([
      [[location]],
      ...references,
      ...(each('allOf') ?? []),
      ...(any === undefined ? [] : [every ? everySetOf(any, this) : any.flat()]),
      ...(one === undefined ? [] : [this.#exactlyOne(location, one)]),
      ...(keyword(location, 'not') === undefined ? [] : [this.negated(child(location, 'not'))]),
      ...this.#conditions(location, every),
      ...this.#dependencies(location, every),
    ])
  }

  #exactlyOne(location: Location, options: readonly Conjunction[][]): Conjunction[] {
    const context = {
      expand: (inner: Conjunction) => this.#tryOf(inner),
      isValid: this.#isValid,
      known: new Map<string, boolean>(),
    }
    return exactlyOne(location, options, this, context)
  }

  /** The alternatives, where they are known, and few enough to be compared with others. */
  #tryOf(locations: Conjunction): Conjunction[] | undefined {
    const key = locations.map(({ path }) => path).join('\n')
    if (this.#pairs.has(key)) return this.#pairs.get(key)
    try {
      const lists = locations.map((location) => this.#expand(location, false))
      const made = this.cross(lists, maximumCompared)
      this.#pairs.set(key, made)
      return made
    } catch (error) {
      if (error instanceof EndlessReference) return undefined
      if (!(error instanceof ConstraintError) || error.code !== 'too-large') throw error
      this.#pairs.set(key, undefined)
      return undefined
    }
  }

  #conditions(location: Location, every: boolean): Conjunction[][] {
    if (keyword(location, 'if') === undefined) return []
    const [then, otherwise] = ['then', 'else'].map((name) =>
      keyword(location, name) === undefined ? undefined : this.#expand(child(location, name), every),
    )
    const condition = child(location, 'if')
    if (then === undefined && otherwise === undefined) return []
    return [
      [
        ...this.cross([this.#expand(condition, every), then ?? [[]]]),
        ...this.cross([this.negated(condition), otherwise ?? [[]]]),
      ],
    ]
  }

  /** A property that is there demands others, or a schema of the whole object. */
  #dependencies(location: Location, every: boolean): Conjunction[][] {
    return ['dependencies', 'dependentRequired', 'dependentSchemas'].flatMap((name) =>
      readKeys(location, name).map((key) => {
        const demanded = (keyword(location, name) as { [key: string]: Json })[key]!
        const says = `${name}/${key}`
        const absent = madeOf(location, `${says} without`, { properties: { [key]: false } })
        const present = { type: 'object', required: [key, ...namesIn(demanded)] }
        const inner = isNames(demanded) ? [[]] : this.#expand(child(location, name, key), every)
        return [[absent], ...this.cross([[[madeOf(location, `${says} with`, present)]], inner])]
      }),
    )
  }
}

/** In drafts up to 3, and as people write it still, one name stands for itself. */
function isNames(value: Json): boolean {
  return typeof value === 'string' || Array.isArray(value)
}

function namesIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((name): name is string => typeof name === 'string') : []
}

function silence(location: Location): Location {
  return location.silent === true ? location : { ...location, silent: true }
}

/** Of the options, every set that may hold: what is evaluated differs. */
function everySetOf(options: readonly Conjunction[][], resolver: Resolver): Conjunction[] {
  if (options.length > maximumSets) return options.flat()
  return Array.from({ length: 2 ** options.length - 1 }, (_, index) =>
    resolver.cross(options.filter((_, option) => ((index + 1) >> option) % 2 === 1)),
  ).flat()
}
