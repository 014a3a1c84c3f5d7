/** Tokens with their types and, of SentencePiece, their scores. */
export interface Vocabulary {
  /** `tokenizer.ggml.model`. */
  model: 'llama' | 'gpt2'
  /** `tokenizer.ggml.pre`. */
  pre: string
  tokens: string[]
  types: number[]
  scores?: number[]
}

/** llama.cpp's numbers of types of tokens. */
export const tokenTypes = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const

/** What stands where an id has no token. */
export function padding(id: number): string {
  return `[PAD${id}]`
}

/** Tokens that are marked as control tokens, whatever their files say of them. */
export function looksSpecial(token: string): boolean {
  return (
    ['<pad>', '<mask>', '<2mass>', '[@BOS@]'].includes(token) ||
    (token.startsWith('<|') && token.endsWith('|>')) ||
    (token.startsWith('<｜') && token.endsWith('｜>')) ||
    (token.startsWith('<unused') && token.endsWith('>'))
  )
}
