import { WoolgatherError } from '@woolgather/workflow'

export const unreachable = 'The server cannot be reached'

/** An error as a sentence, and what to do about it where that is known. */
export function describeError(error: unknown): [text: string, hint?: string] {
  if (error instanceof WoolgatherError)
    return error.hint === undefined ? [error.message] : [error.message, error.hint]
  if (error instanceof TypeError)
    return [
      unreachable,
      'Is Woolgather still running? `npm start` starts it, and this page finds it again by itself.',
    ]
  return [error instanceof Error ? error.message : String(error)]
}
