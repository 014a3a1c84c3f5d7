import type { Expression, RuleCall } from '../grammar/expression.ts'
import type { Conjunction } from './conjunctions.ts'
import type { KeyClass } from './key-class.ts'
import type { Json } from './schema-location.ts'

/** What the compilers of objects and lists need to compile what is inside them. */
export interface ValueCompiler {
  /** Whitespace between tokens. */
  readonly space: Expression
  /** Whether objects are closed where `additionalProperties` is absent. */
  readonly closedObjects: boolean
  /** Numbers that the schema's text has otherwise than JavaScript writes them. */
  readonly spellings: ReadonlyMap<number, ReadonlySet<string>>
  /** Whether properties come in any order. */
  readonly anyOrder: boolean
  /**
   * Accounts for parts that are about to be made.
   * @throws {ConstraintError} `too-large` where all together are more than memory is meant for
   */
  readonly spend: (parts: number) => void
  /** A value that meets all the schemas. */
  valueOf(locations: Conjunction): RuleCall
  /** The schemas of which any may hold where all of these do. */
  alternativesOf(locations: Conjunction): Conjunction[]
  /** The same expression as a rule of its own, so that many places share it. */
  readonly share: (expression: Expression) => RuleCall
  /** Whether what is compiled is one of several objects that may stand in one place. */
  readonly isOneOfSeveral: boolean
  /** Keys that are not named, by the names and languages that tell them apart. */
  readonly keyClasses: Map<string, readonly KeyClass[]>
  /** The expression that was made for a key, as a rule of its own. */
  once(key: string, make: () => Expression): Expression
  /** The values that meet all the schemas, if they are few and listed. */
  listValues(locations: Conjunction): readonly Json[] | undefined
}
