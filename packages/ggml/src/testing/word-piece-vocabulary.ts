import type { GgufValue } from './write-gguf.ts'

const control = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']

/**
 * A WordPiece vocabulary as BERT's, lower case: every ASCII letter, digit and mark at the beginning of a word (`▁a`)
 * and within one (`a`), whole words, and fillers up to `size`. Texts are put between `[CLS]` and `[SEP]`.
 */
export function wordPieceVocabulary(size: number, words: readonly string[]): Record<string, GgufValue> {
  const symbols = Array.from({ length: 94 }, (_, index) => String.fromCodePoint(0x21 + index))
  const lower = symbols.filter((symbol) => symbol === symbol.toLowerCase())
  const known = [...control, ...lower, ...lower.map((one) => `▁${one}`), ...words.map((word) => `▁${word}`)]
  if (known.length > size) throw new RangeError(`These words need ${known.length} tokens`)
  const fillers = Array.from({ length: size - known.length }, (_, index) => `▁filler${index}`)
  const tokens = [...known, ...fillers]
  const id = (name: string): GgufValue => ({ u32: control.indexOf(name) })
  return {
    'tokenizer.ggml.model': { text: 'bert' },
    'tokenizer.ggml.tokens': { texts: tokens },
    'tokenizer.ggml.token_type': { i32s: tokens.map((_, index) => (index < control.length ? 3 : 1)) },
    'tokenizer.ggml.token_type_count': { u32: 2 },
    'tokenizer.ggml.padding_token_id': id('[PAD]'),
    'tokenizer.ggml.unknown_token_id': id('[UNK]'),
    'tokenizer.ggml.bos_token_id': id('[CLS]'),
    'tokenizer.ggml.seperator_token_id': id('[SEP]'),
    'tokenizer.ggml.mask_token_id': id('[MASK]'),
  }
}
