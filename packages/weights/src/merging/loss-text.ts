import type { OutputType } from '@woolgather/workflow'
import type { BakedChange } from '../jobs/tensor-work.ts'

/** What is lost of a change without being worth a word. */
const mostLost = 0.1
const mostError = 0.3

/** What rounding left of the LoRAs that were baked in, where it is not nearly all. */
export function lossText(changes: readonly BakedChange[], type: OutputType): string[] {
  const total = (of: keyof BakedChange): number => changes.reduce((sum, change) => sum + change[of], 0)
  const wanted = total('wanted')
  if (wanted === 0) return []
  const kept = total('kept') / wanted
  const error = Math.sqrt(total('error') / wanted)
  if (kept >= 1 - mostLost && error <= mostError) return []
  const stored = type === 'auto' ? 'The types of the weights keep' : `${type} keeps`
  const share = Math.round(100 * Math.max(0, kept))
  return [
    `${stored} ${share}% of what the LoRAs change, and rounding moves these weights ${error.toFixed(2)} times as far as they do. Q8_0 or F16 keeps more; applied, a LoRA loses nothing.`,
  ]
}
