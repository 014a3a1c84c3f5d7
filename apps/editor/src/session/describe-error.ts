import { WoolgatherError } from '@woolgather/workflow'

/** An error as a sentence, and what to do about it where that is known. */
export function describeError(error: unknown): [text: string, hint?: string] {
  if (error instanceof WoolgatherError)
    return error.hint === undefined ? [error.message] : [error.message, error.hint]
  if (error instanceof TypeError)
    return ['The server cannot be reached', 'Is Woolgather still running? It reconnects by itself.']
  return [error instanceof Error ? error.message : String(error)]
}
