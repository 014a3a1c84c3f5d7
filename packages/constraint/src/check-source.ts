import { ConstraintError, type SourcePosition } from './errors/constraint-error.ts'
import { describeError } from './describe-error.ts'
import { compileLanguage } from './language.ts'
import type { ConstraintSource } from './source.ts'

export type { ConstraintSource }

/** What keeps a source from being compiled, in words, and where in it. */
export interface SourceProblem {
  message: string
  where: SourcePosition
  hint?: string
}

/** What is wrong with a source, if anything. An entry of its own: it runs in a browser, too. */
export function checkSource(source: ConstraintSource): SourceProblem | undefined {
  try {
    compileLanguage(source)
    return undefined
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error
    return {
      message: describeError(error),
      where: error.where,
      ...(error.hint !== undefined && { hint: error.hint }),
    }
  }
}
