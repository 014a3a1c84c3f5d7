import { WoolgatherError } from '@woolgather/workflow'

export type Constraints = typeof import('@woolgather/constraint')

/** What compiles constraints is loaded with the first of them: it is a third of all code, and most workflows have none. */
export function loadConstraints(): Promise<Constraints> {
  return import('@woolgather/constraint')
}

/** A problem of a constraint as one of the input it came over, with its place. Any other error is itself. */
export function explainConstraintError(
  { ConstraintError, describeError }: Constraints,
  error: unknown,
  input: string,
): unknown {
  if (!(error instanceof ConstraintError)) return error
  return new WoolgatherError('invalid-input', describeError(error), {
    input,
    ...(Object.keys(error.where).length > 0 && { where: error.where }),
    ...(error.hint !== undefined && { hint: error.hint }),
    cause: error,
  })
}

/** Runs what compiles a constraint. @throws WoolgatherError invalid-input */
export async function explainConstraintErrors<Result>(
  constraints: Constraints,
  input: string,
  work: (constraints: Constraints) => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await work(constraints)
  } catch (error) {
    throw explainConstraintError(constraints, error, input)
  }
}
