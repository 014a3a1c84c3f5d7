import { MergeError } from '@woolgather/merge'
import { parentPort } from 'node:worker_threads'
import { work, type Job } from './jobs.ts'

/** What a thread answers a job with. */
export type Answer = { result: unknown } | { error: { code?: string; message: string; hint?: string } }

parentPort?.on('message', (job: Job) => {
  parentPort?.postMessage(answer(job))
})

function answer(job: Job): Answer {
  try {
    return { result: work(job) }
  } catch (error) {
    const { message } = error as Error
    const { code, hint } = error instanceof MergeError ? error : {}
    return { error: { message, ...(code !== undefined && { code }), ...(hint !== undefined && { hint }) } }
  }
}
