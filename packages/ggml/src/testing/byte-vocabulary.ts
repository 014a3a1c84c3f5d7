import type { GgufValue } from './write-gguf.ts'

/** Control tokens at the end of the vocabulary, in this order. */
export const controlTokens = ['<|bos|>', '<|eos|>', '<|im_start|>', '<|im_end|>'] as const

/** Common pairs, so that some tokens hold two bytes and some three. */
const merges = ['t h', 'i n', 'e r', 'a n', 'th e', 'o u', 'in g', 'an d']

/**
 * A GPT-2 byte-level vocabulary: token n < 256 is byte n, then a few merged ones, fillers (`<filler_264>`, which no
 * text tokenises to) up to `size`, and `controlTokens` last. Every byte string round-trips.
 */
export function byteVocabulary(size: number): Record<string, GgufValue> {
  const base = [...byteSymbols(), ...merges.map((merge) => merge.replace(' ', ''))]
  const fillers = size - base.length - controlTokens.length
  if (fillers < 0)
    throw new RangeError(`A byte vocabulary needs ${base.length + controlTokens.length} tokens`)
  const names = [
    ...base,
    ...Array.from({ length: fillers }, (_, index) => `<filler_${base.length + index}>`),
    ...controlTokens,
  ]
  const control = names.length - controlTokens.length
  return {
    'tokenizer.ggml.model': { text: 'gpt2' },
    'tokenizer.ggml.pre': { text: 'gpt-2' },
    'tokenizer.ggml.tokens': { texts: names },
    'tokenizer.ggml.token_type': { i32s: names.map((_, index) => (index < control ? 1 : 3)) },
    'tokenizer.ggml.merges': { texts: merges },
    'tokenizer.ggml.bos_token_id': { u32: control },
    'tokenizer.ggml.eos_token_id': { u32: control + 1 },
    'tokenizer.ggml.add_bos_token': { bool: true },
  }
}

/** GPT-2's printable stand-ins for the 256 bytes, in byte order. */
function byteSymbols(): string[] {
  let next = 256
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : next++))
}

function isPrintable(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae
}
