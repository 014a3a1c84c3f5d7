import type { LanguageModel } from '@woolgather/llama'

/** What was not done as it was asked for, in words. */
export function notesOf(facts: {
  model: LanguageModel
  capped: boolean
  /** Whether the prefix was to be kept, and was. */
  keepPrefix: boolean
  kept: boolean
  steps: number
  guidance: number
  unprompted: boolean
  systemMoved: boolean
}): string[] {
  const { model, capped, keepPrefix, kept, steps, guidance, unprompted, systemMoved } = facts
  const notes: string[] = []
  if (capped)
    notes.push(
      `There were fewer holes than steps: ${steps} ${steps === 1 ? 'step was' : 'steps were'} enough.`,
    )
  if (keepPrefix && !kept)
    notes.push(
      model.info.diffusion?.remembers
        ? 'The prefix was not kept: the prompts with the canvas do not fit into the context together.'
        : 'The prefix was not kept: this model is read without memory.',
    )
  if (guidance !== 1 && unprompted)
    notes.push('The prompt is empty: guidance has nothing to go by, and is off.')
  if (systemMoved)
    notes.push(
      'This model’s chat template has no place for a system prompt: it was put at the beginning of the first prompt.',
    )
  if (model.info.diffusion?.shiftAssumed)
    notes.push(
      'The model’s file does not say whether its rows are shifted (diffusion.shift_logits), and was read as if they were. If the text is a jumble, convert the model again.',
    )
  return notes
}
