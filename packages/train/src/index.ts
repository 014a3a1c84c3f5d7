// training a LoRA in a process of its own
export { startTrainer, type TrainerOptions } from './process/start-trainer.ts'
export type { HistoryRow, TrainingBytes, TrainingJob, TrainingOutcome, TrainingUpdate } from './run/job.ts'
export { tellDisk } from './run/tell-disk.ts'
export type { Example } from './training/examples.ts'
export { shuffled } from './training/examples.ts'
