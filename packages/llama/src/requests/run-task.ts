import { setMaxListeners } from 'node:events'
import type { Task } from '../batching/task.ts'
import { LlamaError } from '../contract/error.ts'

/** @throws LlamaError cancelled */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new LlamaError('cancelled', 'The generation was cancelled.', { cause: signal.reason })
}

/** Decodes a task on all of its engines until it settles, or is cancelled. */
export async function runTask<Result>(
  task: Task & { result: Promise<Result> },
  signal: AbortSignal | undefined,
): Promise<Result> {
  const cancel = (): void => task.cancel()
  // As many tasks hear one signal as a request has texts: no leak, as Node takes it for from eleven on.
  if (signal) setMaxListeners(0, signal)
  signal?.addEventListener('abort', cancel, { once: true })
  try {
    for (const engine of new Set(task.sequences.map((sequence) => sequence.engine))) engine.submit(task)
    if (signal?.aborted) task.cancel()
    return await task.result
  } finally {
    signal?.removeEventListener('abort', cancel)
  }
}
