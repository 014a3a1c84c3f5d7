import type { LoraRecipe, LoraSource } from '@woolgather/workflow'

/** Where a LoRA comes from, without how much of it is used. */
export function sourceOf(lora: LoraRecipe): LoraSource {
  if ('file' in lora) return { file: lora.file }
  if ('peft' in lora) return { peft: lora.peft, ...(lora.base && { base: lora.base }) }
  if ('trained' in lora) return { trained: lora.trained }
  return 'combine' in lora ? { combine: lora.combine } : { extract: lora.extract }
}
