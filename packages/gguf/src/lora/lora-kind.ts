import { GgufError } from '../format/gguf-error.ts'
import type { GgufHeader } from '../format/read-header.ts'

/** @throws GgufError where it is no LoRA adapter, or none that counts for every token */
export function checkLoraKind({ metadata }: Pick<GgufHeader, 'metadata'>): void {
  if (metadata.get('general.type') !== 'adapter' || metadata.get('adapter.type') !== 'lora') {
    throw new GgufError('it is not a LoRA adapter', {
      hint: 'Convert LoRA weights with llama.cpp’s convert_lora_to_gguf.py.',
    })
  }
  if (metadata.has('adapter.alora.invocation_tokens')) {
    throw new GgufError('it is an activated LoRA (aLoRA), which is to count only from its invocation on', {
      hint: 'Here LoRAs count for every token. Take a plain LoRA.',
    })
  }
}

/**
 * Names of the tensors that a LoRA changes.
 * @param tensors of the file: each must be one of a pair
 * @throws GgufError
 */
export function loraTargets(tensors: readonly { name: string }[]): string[] {
  const names = new Set(tensors.map(({ name }) => name))
  return [...names].flatMap((name) => {
    const { target, factor } = /^(?<target>.+)\.lora_(?<factor>[ab])$/.exec(name)?.groups ?? {}
    if (target === undefined) {
      throw new GgufError(`it holds ${name}, which is no factor of a LoRA`, {
        hint: 'Only plain LoRA is supported, no DoRA and no whole tensors (modules_to_save).',
      })
    }
    const other = `${target}.lora_${factor === 'a' ? 'b' : 'a'}`
    if (!names.has(other)) throw new GgufError(`it holds ${name}, but no ${other}`)
    return factor === 'a' ? [target] : []
  })
}
