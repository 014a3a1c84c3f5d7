import { MergeError, type MergeErrorCode } from '@woolgather/merge'
import { Worker } from 'node:worker_threads'
import type { Answer, SentError } from './thread.ts'
import { work, type Job, type JobResults } from './jobs.ts'

/** Threads for arithmetic that takes seconds; each runs one job at a time. Started when needed, ended when disposed. */
export interface Threads extends AsyncDisposable {
  /**
   * Aborting ends the thread in the middle of its job.
   * @throws MergeError, or the signal's reason
   */
  run<Kind extends Job['kind']>(job: Job & { kind: Kind }, signal: AbortSignal): Promise<JobResults[Kind]>
  /** Ends the threads that have nothing to do, and gives back their memory. */
  rest(): Promise<void>
}

// The sources, as tests run them, cannot be loaded into a thread.
const isBuilt = import.meta.url.endsWith('.js')

export function startThreads(): Threads {
  const idle: Worker[] = []
  const all = new Set<Worker>()

  const start = (): Worker => {
    const thread = new Worker(new URL('./thread.js', import.meta.url))
    all.add(thread)
    return thread
  }

  const end = async (thread: Worker): Promise<void> => {
    all.delete(thread)
    await thread.terminate()
  }

  const run = async <Kind extends Job['kind']>(
    job: Job & { kind: Kind },
    signal: AbortSignal,
  ): Promise<JobResults[Kind]> => {
    signal.throwIfAborted()
    if (!isBuilt) return work<Kind>(job)
    const thread = idle.pop() ?? start()
    const answer = await ask(thread, job, signal).catch(async (error: unknown) => {
      await end(thread)
      throw error
    })
    idle.push(thread)
    if ('result' in answer) return answer.result as JobResults[Kind]
    throw errorFrom(answer.error)
  }

  return {
    run,
    async rest() {
      await Promise.all(idle.splice(0).map(end))
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...all].map(end))
    },
  }
}

/** What was thrown in a thread, as it was there as far as anybody asks. */
export function errorFrom({ kind, message, code, hint }: SentError): Error {
  if (kind === 'merge') return new MergeError(code as MergeErrorCode, message, { hint })
  return Object.assign(new Error(message), code !== undefined && { code }, hint !== undefined && { hint })
}

function ask(thread: Worker, job: Job, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void) => (): void => {
      thread.off('message', onMessage).off('error', onError)
      signal.removeEventListener('abort', onAbort)
      then()
    }
    const onMessage = (answer: Answer): void => settle(() => resolve(answer))()
    const onError = (error: Error): void => settle(() => reject(error))()
    const onAbort = settle(() => reject(signal.reason as Error))
    thread.once('message', onMessage).once('error', onError)
    signal.addEventListener('abort', onAbort, { once: true })
    thread.postMessage(job)
  })
}
