import type { TrainingJob, TrainingOutcome, TrainingUpdate } from '../run/job.ts'

/** What the process that trains is told. */
export type ToTrainer = { type: 'start'; job: TrainingJob } | { type: 'stop' } | { type: 'cancel' }

/** What it tells. */
export type FromTrainer =
  TrainingUpdate | { type: 'done'; outcome: TrainingOutcome } | { type: 'failed'; error: SentError }

/** An error as it crosses: its class is lost otherwise. */
export interface SentError {
  code: string | undefined
  message: string
  input: string | undefined
  hint: string | undefined
}
