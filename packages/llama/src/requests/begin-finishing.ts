import { LlamaError } from '../contract/error.ts'
import type { FinishingConstraint, GenerateRequest, SamplingSettings } from '../contract/interface.ts'

/**
 * The constraint of a request, where its text is to be ended in time.
 * @param room tokens that can be written at most
 * @param never tokens that cannot be written, whatever the constraint
 * @throws LlamaError too-few-tokens where the shortest text takes more
 */
export function beginFinishing(
  { constraint, finish, maxTokens }: GenerateRequest,
  room: number,
  never: Iterable<number>,
): FinishingConstraint | undefined {
  if (finish !== true || constraint === undefined || !('endsWithin' in constraint)) return undefined
  constraint.avoid(never)
  const shortest = constraint.tokensToEnd()
  if (shortest <= room) return constraint
  if (shortest === Infinity) return undefined
  const limit =
    room === maxTokens ? `maxTokens is ${maxTokens}` : `the context has room for ${room} after the prompt`
  throw new LlamaError(
    'too-few-tokens',
    `The shortest answer that meets the constraint takes ${shortest} tokens of this model, and ${limit}.`,
    {
      hint:
        room === maxTokens
          ? `Raise maxTokens to ${shortest} or more, or turn “finish” off to have the answer cut.`
          : 'Shorten the prompt, raise the context size, or turn “finish” off to have the answer cut.',
    },
  )
}

/** Tokens that are forbidden, and those that are where others stand before them. */
export function neverWritten({ logitBias = [], sequenceBias = [] }: SamplingSettings = {}): number[] {
  const single = logitBias.filter(({ bias }) => bias === -Infinity).map(({ token }) => token)
  const last = sequenceBias.filter(({ bias }) => bias === -Infinity).flatMap(({ tokens }) => tokens.slice(-1))
  return [...single, ...last]
}
