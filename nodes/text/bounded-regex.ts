import { WoolgatherError } from '@woolgather/workflow'

/** Patterns longer than this are generated or hostile. */
const longestPattern = 1_000
/** A repeated group that itself repeats can take longer than the universe lasts: `(a+)+`. */
const nestedRepeat = /\((?:[^()\\]|\\.)*[+*}](?:[^()\\]|\\.)*\)\s*(?:[+*]|\{\d+,)/

/**
 * A regular expression from a workflow. Workflows come from anywhere, so those that could hang the worker are refused.
 * @throws WoolgatherError invalid-input
 */
export function boundedRegex(pattern: string, flags: string, input: string): RegExp {
  const refuse = (problem: string, hint: string): WoolgatherError =>
    new WoolgatherError('invalid-input', `The pattern ${problem}.`, { input, hint })
  if (pattern.length > longestPattern)
    throw refuse(`has ${pattern.length} characters`, `Use at most ${longestPattern}.`)
  if (nestedRepeat.test(pattern))
    throw refuse('repeats something that repeats', 'Write it without + or * inside a group that is repeated.')
  try {
    return new RegExp(pattern, flags.includes('u') ? flags : `${flags}u`)
  } catch (error) {
    throw refuse(
      `is not a regular expression: ${(error as Error).message}`,
      'Escape ( ) [ ] { } . * + ? with \\.',
    )
  }
}
