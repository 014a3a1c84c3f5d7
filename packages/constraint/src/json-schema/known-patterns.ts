import { statesOf } from '../automaton/matches-text.ts'
import type { Condition } from '../automaton/intersect-languages.ts'
import { parseSearchPattern } from '../regex/parse-regex.ts'
import { WeighedCache } from './weighed-cache.ts'

/** Patterns that schemas have in common. With what was made of each, all take some tens of megabytes at most. */
const kept = new WeighedCache<Condition>(50_000)
/** What a pattern weighs beside the states of its automaton. */
const ownWeight = 50
const longestKept = 1_000

/** The patterns of one document, parsed once, and where another had them too not even that. */
export class KnownPatterns {
  readonly #conditions = new Map<string, Condition>()

  /** @throws {ConstraintError} for what is no pattern, or none that is understood */
  find(pattern: string): Condition {
    const known = this.#conditions.get(pattern)
    if (known !== undefined) return known
    const condition = kept.get(pattern) ?? { expression: parseSearchPattern(pattern), negate: false }
    this.#conditions.set(pattern, condition)
    return condition
  }

  /** Keeps them for other documents, weighed by what they have grown to. */
  keep(): void {
    for (const [pattern, condition] of this.#conditions)
      if (pattern.length <= longestKept)
        kept.set(pattern, condition, ownWeight + pattern.length + statesOf(condition.expression))
  }
}
