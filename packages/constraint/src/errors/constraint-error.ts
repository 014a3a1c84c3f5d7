export type ConstraintErrorCode =
  | 'invalid-regex'
  | 'unsupported-regex'
  | 'invalid-schema'
  | 'unsupported-schema'
  | 'invalid-grammar'
  | 'unsupported-grammar'
  | 'unsatisfiable'
  | 'too-large'
  | 'too-ambiguous'

/** Where in the source a problem lies. Lines, columns and positions count code units; lines and columns from 1. */
export interface SourcePosition {
  readonly position?: number
  readonly line?: number
  readonly column?: number
  /** JSON pointer into a schema. */
  readonly path?: string
}

/** A constraint that cannot be built, cannot be met, or costs more than its budget. */
export class ConstraintError extends Error {
  readonly code: ConstraintErrorCode
  readonly where: SourcePosition
  readonly hint: string | undefined

  constructor(
    code: ConstraintErrorCode,
    message: string,
    options: { where?: SourcePosition; hint?: string } = {},
  ) {
    super(message)
    this.name = 'ConstraintError'
    this.code = code
    this.where = options.where ?? {}
    this.hint = options.hint
  }
}

/** 1-based line and column of an offset. */
export function lineAndColumn(
  text: string,
  position: number,
): { position: number; line: number; column: number } {
  const before = text.slice(0, position)
  const line = before.split('\n').length
  return { position, line, column: position - before.lastIndexOf('\n') }
}
