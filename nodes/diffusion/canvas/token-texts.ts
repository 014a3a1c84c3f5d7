import type { LanguageModel } from '@woolgather/llama'

/** Text of tokens as they follow one another; a character of several tokens stands whole with its last. */
export async function decodeTokens(model: LanguageModel, tokens: readonly number[]): Promise<string> {
  const bytes = await model.tokenBytes()
  return Buffer.concat(tokens.map((token) => bytes[token]!)).toString('utf8')
}

/** Text of each token alone: part of a character shows as �, what adds no text is empty. */
export async function showTokens(model: LanguageModel): Promise<(token: number) => string> {
  const bytes = await model.tokenBytes()
  return (token) => Buffer.from(bytes[token]!).toString('utf8')
}
