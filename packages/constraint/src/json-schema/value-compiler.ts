import type { Expression } from '../grammar/expression.ts'
import type { Conjunction } from './expand-alternatives.ts'
import type { Json, Location } from './schema-location.ts'

/** What the compilers of objects and lists need to compile what is inside them. */
export interface ValueCompiler {
  readonly root: Json
  /** Whitespace between tokens. */
  readonly space: Expression
  /** Whether objects are closed where `additionalProperties` is absent. */
  readonly closedObjects: boolean
  /** A value that meets all the schemas. */
  valueOf(locations: Conjunction): Expression
  isValid(value: Json, location: Location): boolean
}
