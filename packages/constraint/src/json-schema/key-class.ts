import type { Expression } from '../grammar/expression.ts'

/** Keys that match the same patterns. */
export interface KeyClass {
  readonly matched: ReadonlySet<string>
  /** Texts of that class; any but the names where no pattern matters. */
  readonly expression: Expression | undefined
}
