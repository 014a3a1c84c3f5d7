import { untilAborted } from '@woolgather/weights'
import { WoolgatherError } from '@woolgather/workflow'

/**
 * Whoever asks for the same while it is under way waits for it. Where who began it gives up, the next one of those who
 * wait begins it again.
 * @param running by key what is under way
 * @param start throws WoolgatherError cancelled where `signal` is aborted
 */
export async function shareWork<Result>(
  running: Map<string, Promise<Result>>,
  key: string,
  signal: AbortSignal,
  start: () => Promise<Result>,
): Promise<Result> {
  for (let others = running.get(key); others !== undefined; others = running.get(key)) {
    try {
      return await untilAborted(others, signal)
    } catch (error) {
      const isOthers = error instanceof WoolgatherError && error.code === 'cancelled' && !signal.aborted
      if (!isOthers) throw error
      if (running.get(key) === others) running.delete(key)
    }
  }
  const own = start()
  running.set(key, own)
  return own.finally(() => {
    if (running.get(key) === own) running.delete(key)
  })
}
