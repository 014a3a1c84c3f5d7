import { MergeError } from '@woolgather/merge'
import { parentPort } from 'node:worker_threads'
import { work, type Job } from './jobs.ts'

/** What a thread answers a job with. */
export type Answer = { result: unknown } | { error: SentError }

/** An error as it crosses from a thread: its class and fields are lost otherwise. */
export interface SentError {
  kind: 'merge' | 'other'
  message: string
  code?: string
  hint?: string
}

parentPort?.on('message', (job: Job) => {
  parentPort?.postMessage(answer(job))
})

export function answer(job: Job): Answer {
  try {
    return { result: work(job) }
  } catch (error) {
    const { message, code, hint } = error as { message: string; code?: string; hint?: string }
    const kind = error instanceof MergeError ? 'merge' : 'other'
    return {
      error: { kind, message, ...(code !== undefined && { code }), ...(hint !== undefined && { hint }) },
    }
  }
}
