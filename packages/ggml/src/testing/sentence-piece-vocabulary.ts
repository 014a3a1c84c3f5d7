import type { GgufValue } from './write-gguf.ts'

const space = '▁'

/**
 * A SentencePiece vocabulary with byte fallback: `<unk> <s> </s>`, a token for every byte, printable ASCII, every
 * beginning of the pieces (in which a space is `▁`), and fillers up to `size`.
 * @param spaceFirst a space is put before every text (LLaMA 1 and 2, Mistral 7B, Phi-3), or not (Gemma)
 */
export function sentencePieceVocabulary(
  size: number,
  pieces: readonly string[],
  spaceFirst: boolean,
): Record<string, GgufValue> {
  const bytes = Array.from(
    { length: 256 },
    (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
  )
  const ascii = Array.from({ length: 94 }, (_, index) => String.fromCodePoint(0x21 + index))
  const beginnings = pieces.flatMap((piece) =>
    [...piece].map((_, index, all) => all.slice(0, index + 1).join('')),
  )
  const written = [...new Set([space, ...ascii, ...beginnings])]
  const known = ['<unk>', '<s>', '</s>', ...bytes, ...written]
  if (known.length > size) throw new RangeError(`These pieces need ${known.length} tokens`)
  const fillers = Array.from({ length: size - known.length }, (_, index) => `<filler_${index}>`)
  const tokens = [...known, ...fillers]
  const typeOf = (index: number): number => {
    if (index === 0) return 2
    if (index < 3) return 3
    return index < 3 + bytes.length ? 6 : 1
  }
  return {
    'tokenizer.ggml.model': { text: 'llama' },
    'tokenizer.ggml.tokens': { texts: tokens },
    // Longer pieces are put together first.
    'tokenizer.ggml.scores': { f32s: tokens.map((token) => [...token].length) },
    'tokenizer.ggml.token_type': { i32s: tokens.map((_, index) => typeOf(index)) },
    'tokenizer.ggml.bos_token_id': { u32: 1 },
    'tokenizer.ggml.eos_token_id': { u32: 2 },
    'tokenizer.ggml.unknown_token_id': { u32: 0 },
    'tokenizer.ggml.add_bos_token': { bool: true },
    'tokenizer.ggml.add_space_prefix': { bool: spaceFirst },
  }
}
