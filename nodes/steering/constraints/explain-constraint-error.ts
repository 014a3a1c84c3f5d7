import { ConstraintError, describeError } from '@woolgather/constraint'
import { WoolgatherError } from '@woolgather/workflow'

/** A problem of a constraint as one of the input it came over, with its place. Any other error is itself. */
export function explainConstraintError(error: unknown, input: string): unknown {
  if (!(error instanceof ConstraintError)) return error
  return new WoolgatherError('invalid-input', describeError(error), {
    input,
    ...(Object.keys(error.where).length > 0 && { where: error.where }),
    ...(error.hint !== undefined && { hint: error.hint }),
    cause: error,
  })
}

/** Runs what compiles a constraint. @throws WoolgatherError invalid-input */
export function explainConstraintErrors<Result>(input: string, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    throw explainConstraintError(error, input)
  }
}
