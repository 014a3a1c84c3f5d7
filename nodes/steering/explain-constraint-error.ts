import { ConstraintError } from '@woolgather/constraint'
import { WoolgatherError } from '@woolgather/workflow'

/**
 * A problem of a constraint as one of the input it came over, with its place: line and column of a grammar, character
 * of a regex, path in a schema. Any other error is itself.
 */
export function explainConstraintError(error: unknown, input: string): unknown {
  if (!(error instanceof ConstraintError)) return error
  return new WoolgatherError('invalid-input', `${withPlace(error)}.`, {
    input,
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

/** Most messages say where already. */
function withPlace({ message, where: { line, column, position } }: ConstraintError): string {
  const said = message.replace(/\.$/, '')
  if (/\bline \d|\bcolumn \d|\bposition \d|\bcharacter \d/.test(said)) return said
  if (line !== undefined && column !== undefined) return `${said}, line ${line}, column ${column}`
  return position === undefined ? said : `${said}, at character ${position + 1}`
}
