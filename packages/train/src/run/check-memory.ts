import { roomyShare, WoolgatherError } from '@woolgather/workflow'
import { createAdapterState } from '../training/adapter-state.ts'
import { measureGraph, type Ingredients } from '../training/graphs.ts'
import { sizeOfLargest } from '../training/pack.ts'
import type { TrainSettings } from '../training/settings.ts'
import type { TrainingBytes, TrainingJob } from './job.ts'

/**
 * Measures what the largest batch takes, as ggml itself lays it out, and decides whether blocks are computed twice so
 * that less is kept.
 * @throws WoolgatherError model-too-large with the numbers, before anything is computed
 */
export function checkFits(
  parts: Omit<Ingredients, 'state' | 'settings'>,
  names: readonly string[],
  { examples, held, settings, memory }: TrainingJob,
  weights: number,
): { settings: TrainSettings; bytes: TrainingBytes } {
  const size = sizeOfLargest([...examples, ...held], settings.batch)
  const measured = (checkpoints: boolean): { settings: TrainSettings; bytes: TrainingBytes } => {
    const own = { ...settings, checkpoints }
    using state = createAdapterState(parts.device, parts.weights, names, own)
    const compute = measureGraph({ ...parts, state, settings: own }, size)
    return { settings: own, bytes: { weights, lora: state.bytes, compute } }
  }
  const plain = measured(false)
  const room = memory - weights - plain.bytes.lora
  if (plain.bytes.compute <= room * roomyShare) return plain
  const spared = measured(true)
  if (spared.bytes.compute <= room) return spared
  const { lora, compute } = spared.bytes
  throw new WoolgatherError(
    'model-too-large',
    `Training takes ${megabytes(weights + lora + compute)}: ${megabytes(weights)} for the model, ${megabytes(lora)} for the LoRA and ${megabytes(compute)} for ${settings.batch} examples of up to ${size.length} tokens. ${megabytes(memory)} are free.`,
    {
      input: 'batch',
      hint: 'Make the batch, the dataset’s cutoff or the rank smaller, or choose a smaller model.',
    },
  )
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6).toLocaleString('en')} MB`
}
