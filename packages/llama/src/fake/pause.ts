import { setImmediate, setTimeout } from 'node:timers/promises'
import { LlamaError } from '../contract/error.ts'

/** Lets everything else run, for `milliseconds` at least. @throws LlamaError cancelled */
export async function pause(
  milliseconds: number,
  signal: AbortSignal | undefined,
  what: string,
): Promise<void> {
  const options = signal === undefined ? {} : { signal }
  try {
    await (milliseconds > 0 ? setTimeout(milliseconds, undefined, options) : setImmediate(undefined, options))
  } catch (error) {
    throw new LlamaError('cancelled', `${what} was cancelled.`, { cause: error })
  }
}
