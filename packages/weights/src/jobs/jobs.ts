import { hashWhole, type HashJob } from './hash-whole.ts'
import { workOnLora, type LoraJob, type LoraResults } from './lora-jobs.ts'
import { workOnTensor, type BakedChange, type TensorJob } from './tensor-work.ts'

/** What is computed beside the main thread. */
export type Job = HashJob | LoraJob | TensorJob

export interface JobResults extends LoraResults {
  tensor: BakedChange | undefined
  /** sha256. */
  hash: string
}

/** @throws MergeError, or the file system's error */
export function work<Kind extends Job['kind']>(job: Job & { kind: Kind }): JobResults[Kind]
export function work(job: Job): JobResults[Job['kind']] {
  if (job.kind === 'hash') return hashWhole(job)
  return job.kind === 'tensor' ? workOnTensor(job) : workOnLora(job)
}
