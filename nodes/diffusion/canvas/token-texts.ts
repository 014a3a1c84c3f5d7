import type { LanguageModel } from '@woolgather/llama'
import { WoolgatherError } from '@woolgather/workflow'

/** Text of tokens as they follow one another; a character of several tokens stands whole with its last. */
export async function decodeTokens(model: LanguageModel, tokens: readonly number[]): Promise<string> {
  const bytes = await model.tokenBytes()
  return Buffer.concat(tokens.map((token) => bytes[token]!)).toString('utf8')
}

/** A token of a text: from which character to which, as JavaScript counts them. */
export interface TokenSpan {
  token: number
  from: number
  to: number
}

/**
 * The tokens of a text with their places in it; undefined where the tokenizer does not give the text back as it was. A token
 * that ends within a character reaches to its end.
 */
export async function tokenSpans(model: LanguageModel, text: string): Promise<TokenSpan[] | undefined> {
  const bytes = await model.tokenBytes()
  const tokens = model.tokenize(text, { addBos: false })
  // Some tokenizers put a space before a text.
  const extra = Buffer.concat(tokens.map((token) => bytes[token]!)).byteLength - Buffer.byteLength(text)
  if (extra !== 0 && extra !== 1) return undefined
  const ends = characterEnds(text)
  const spans: TokenSpan[] = []
  let at = -extra
  for (const token of tokens) {
    const from = spans.at(-1)?.to ?? 0
    at += bytes[token]!.byteLength
    spans.push({ token, from, to: at <= 0 ? 0 : ends[at]! })
  }
  const read = Buffer.concat(tokens.map((token) => bytes[token]!)).subarray(extra)
  return read.equals(Buffer.from(text)) ? spans : undefined
}

/** As `tokenSpans`. @throws WoolgatherError invalid-input where there are none */
export async function readSpans(model: LanguageModel, text: string): Promise<TokenSpan[]> {
  const spans = await tokenSpans(model, text)
  if (spans !== undefined) return spans
  throw new WoolgatherError(
    'invalid-input',
    `${model.info.name} does not give the text back as it was, token by token.`,
    { input: 'text', hint: 'Mask by pattern, words or sentences.' },
  )
}

/** For each number of bytes of a text, how many characters they reach into. */
function characterEnds(text: string): number[] {
  const ends = [0]
  let to = 0
  for (const character of text) {
    to += character.length
    for (let byte = 0; byte < Buffer.byteLength(character); byte++) ends.push(to)
  }
  return ends
}

/** Text of each token alone: part of a character shows as �, what adds no text is empty. */
export async function showTokens(model: LanguageModel): Promise<(token: number) => string> {
  const bytes = await model.tokenBytes()
  return (token) => Buffer.from(bytes[token]!).toString('utf8')
}
