/**
 * - `merge-method`: there is no such method
 * - `merge-shapes-differ`: tensors that should be of one size are not
 * - `merge-parameter`: a parameter unknown, missing or out of its range
 * - `merge-models`: too few or too many models for the method
 * - `merge-base-missing`: the method needs a base model
 * - `merge-zero-weights`: weights that are divided by their sum add up to nothing
 * - `merge-keeps-nothing`: a density so low that no element of a tensor would remain
 * - `merge-not-finite`: NaN or infinity in a tensor
 * - `merge-undefined`: the method has no answer for these tensors, e.g. a mean of opposite directions
 * - `lora-mismatch`: adapters of different sizes or ranks where that cannot be
 */
export type MergeErrorCode =
  | 'merge-method'
  | 'merge-shapes-differ'
  | 'merge-parameter'
  | 'merge-models'
  | 'merge-base-missing'
  | 'merge-zero-weights'
  | 'merge-keeps-nothing'
  | 'merge-not-finite'
  | 'merge-undefined'
  | 'lora-mismatch'

/** A merge that cannot be: what is wrong, in which tensor, and what to do. */
export class MergeError extends Error {
  readonly code: MergeErrorCode
  readonly hint: string | undefined

  constructor(
    code: MergeErrorCode,
    message: string,
    options: { hint?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'MergeError'
    this.code = code
    this.hint = options.hint
  }
}
