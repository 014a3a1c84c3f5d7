import type { Example } from '../training/examples.ts'
import type { TrainSettings } from '../training/settings.ts'

/** All that a training is told. Plain data, which crosses to the process that trains. */
export interface TrainingJob {
  /** Paths of the model's file, of LoRAs that belong to it here, and of the one to go on from. */
  model: string
  stack: readonly { path: string; strength: number }[]
  from?: { path: string; strength: number } | undefined
  examples: readonly Example[]
  /** Held back: what it is evaluated on. */
  held: readonly Example[]
  settings: Omit<TrainSettings, 'checkpoints'>
  /** Steps from one evaluation to the next. */
  evaluateEvery: number
  /** Steps from one half-trained LoRA that is shown to the next; 0: none. */
  sampleEvery: number
  keep: 'best' | 'last'
  threads: number
  /** Bytes that may be taken. */
  memory: number
  /** Where it is kept how far this has come. */
  checkpoint: string
  /** Where the LoRA goes, and half-trained ones for samples. */
  target: string
  /** Texts by their GGUF keys. */
  metadata: Readonly<Record<string, string>>
}

/** A step that was taken. */
export interface HistoryRow {
  step: number
  loss: number
  /** Null where it was not evaluated after this step. */
  evaluationLoss: number | null
  learningRate: number
  tokensPerSecond: number
}

/** What a training tells while it goes on. */
export type TrainingUpdate =
  | { type: 'started'; history: HistoryRow[]; bytes: TrainingBytes; checkpoints: boolean }
  | { type: 'step'; row: HistoryRow }
  | { type: 'sample'; step: number; path: string }

/** Memory that it takes: the model's tensors, the LoRA with what the optimiser knows of it, and computing. */
export interface TrainingBytes {
  weights: number
  lora: number
  compute: number
}

export interface TrainingOutcome {
  history: HistoryRow[]
  /** Mean of the last steps before the one whose LoRA was kept. */
  loss: number
  /** Of that LoRA: on what was held back, or on the examples where nothing was. */
  evaluationLoss: number
  step: number
  /** It was told to stop before its last step. */
  stopped: boolean
}

/** What a training is asked between steps. */
export type Wish = 'go' | 'stop' | 'cancel'
