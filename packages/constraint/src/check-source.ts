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

/** What came of a source. */
export interface SourceCheck {
  problem?: SourceProblem
  /** What it says that is ignored, in sentences. */
  notes: readonly string[]
}

/** Compiles a source, to see what is wrong with it and what it says in vain. An entry of its own: it runs in a browser, too. */
export function checkSource(source: ConstraintSource): SourceCheck {
  try {
    return { notes: compileLanguage(source).notes.map(({ message }) => message) }
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error
    const { where, hint } = error
    const problem = { message: describeError(error), where, ...(hint !== undefined && { hint }) }
    return { problem, notes: [] }
  }
}
