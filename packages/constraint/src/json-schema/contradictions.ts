import type { Conjunction } from './conjunctions.ts'
import { contradict } from './exclude-alternatives.ts'
import { keyword, propertyAt, readList, readNames } from './read-keywords.ts'
import { child, type IsValid, type Json, type Location } from './schema-location.ts'
import { allowedTypes } from './value-types.ts'

/** Finds schemas that plainly contradict one another: what they are in is dropped before it multiplies. */
export class Contradictions {
  readonly #isValid: IsValid
  readonly #known = new Map<string, boolean>()

  /** @param isValid whether a value meets a schema */
  constructor(isValid: IsValid) {
    this.#isValid = isValid
  }

  /** Whether it is not plain that nothing meets them all. */
  readonly isPossible = (locations: Conjunction): boolean => {
    const types = allowedTypes(locations)
    if (types.size === 0) return false
    if (types.size > 1 || !types.has('object')) return true
    const required = new Set(locations.flatMap((location) => readNames(location, 'required')))
    return [...required].every((name) => this.#mayHave(locations, name))
  }

  /** Whether some value of a property may meet what is said of it. */
  #mayHave(locations: Conjunction, name: string): boolean {
    const naming = locations.filter((location) => propertyAt(location, name) !== undefined)
    if (naming.some((location) => propertyAt(location, name) === false)) return false
    if (naming.length < 2) return true
    const key = [name, ...naming.map(({ path }) => path)].join('\n')
    const known =
      this.#known.get(key) ?? this.#haveCommon(naming.map((location) => child(location, 'properties', name)))
    this.#known.set(key, known)
    return known
  }

  #haveCommon(schemas: Conjunction): boolean {
    if (allowedTypes(schemas).size === 0 || contradict(schemas, schemas)) return false
    const listed = schemas.map(listedBy).find((values) => values !== undefined)
    return (
      listed === undefined ||
      listed.some((value) => schemas.every((location) => this.#isValid(value, location, 'maybe')))
    )
  }
}

/** The values that a schema lists. */
export function listedBy(location: Location): readonly Json[] | undefined {
  if (location.document.isOnlyReference(location)) return undefined
  const only = keyword(location, 'const')
  return only === undefined ? readList(location, 'enum') : [only]
}
