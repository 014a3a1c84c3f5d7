import type { HubFile as FoundFile } from '@woolgather/files'
import type { HubFile } from '@woolgather/protocol'

/** A file takes its bytes, and some for the context and what is computed. */
const aroundShare = 1.15

/** More than this nobody tells from the model itself, and it is slower. */
const whole = /^(F|FP|BF)(16|32)$/

/**
 * Which of them fit, and the one to take: the largest that takes at most half of the memory, which leaves room for a context
 * and another model; else the smallest that fits. Unquantised ones are for merging and training.
 * @param limit bytes of memory that models may take
 */
export function recommend(files: readonly FoundFile[], limit: number): HubFile[] {
  const judged = files.map((file): HubFile => ({ ...file, fits: file.bytes * aroundShare <= limit }))
  const choices = judged
    .filter(({ fits, quantization }) => fits && !whole.test(quantization))
    .toSorted((a, b) => a.bytes - b.bytes)
  const best = choices.findLast(({ bytes }) => bytes * aroundShare <= limit / 2) ?? choices[0]
  return judged.map((file) => ({ ...file, ...(file === best && { recommended: true }) }))
}
