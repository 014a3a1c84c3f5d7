import { createVocabulary, type Vocabulary } from '../vocabulary/vocabulary.ts'

const encoder = new TextEncoder()

/** A vocabulary of whole texts; the last token is empty and ends a generation. */
export function vocabularyOf(texts: readonly string[]): Vocabulary {
  return vocabularyOfBytes(texts.map((text) => encoder.encode(text)))
}

export function vocabularyOfBytes(tokens: readonly Uint8Array[]): Vocabulary {
  return createVocabulary([...tokens, new Uint8Array(0)], { endTokens: [tokens.length] })
}

/** Every byte as a token, then the texts. */
export function byteVocabulary(texts: readonly string[] = []): Vocabulary {
  const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte))
  return vocabularyOfBytes([...bytes, ...texts.map((text) => encoder.encode(text))])
}

/** All words up to a length, and some three times as long, as a byte-pair vocabulary has many of: enough of them that masks use class splits. */
export function wordVocabulary(letters: readonly string[], longest: number): Vocabulary {
  const words: string[] = []
  let layer = ['']
  for (let length = 1; length <= longest; length++) {
    layer = layer.flatMap((word) => letters.map((letter) => word + letter))
    words.push(...layer)
  }
  const long = words
    .filter((_, index) => index % 7 === 0)
    .map((word, index) => word + words[index] + words.at(-1 - index))
  return byteVocabulary([...words, ...long])
}

export function maskOf(vocabulary: Vocabulary): Uint32Array {
  return new Uint32Array((vocabulary.size + 31) >>> 5)
}

export function tokensIn(mask: Uint32Array): number[] {
  return Array.from({ length: mask.length * 32 }, (_, token) => token).filter((token) => has(mask, token))
}

export function has(mask: Uint32Array, token: number): boolean {
  return ((mask[token >>> 5]! >>> (token & 31)) & 1) === 1
}
