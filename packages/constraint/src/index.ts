export { compile, type CompileOptions, type Constraint, type ConstraintState } from './constraint.ts'
export { ConstraintError, type ConstraintErrorCode, type SourcePosition } from './constraint-error.ts'
export { compileLanguage, type Language, type TextCheck } from './language.ts'
export type { ConstraintSource } from './source.ts'
export type { SchemaOptions } from './json-schema/compile-schema.ts'
export {
  arrangeTokens,
  createVocabulary,
  useArrangedTokens,
  type ArrangedTokens,
  type Vocabulary,
} from './vocabulary/vocabulary.ts'
