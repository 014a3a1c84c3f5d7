import type { GenerateResult } from '@woolgather/llama'
import type { Json } from '@woolgather/workflow'
import { readJson } from '../text/read-json.ts'

/**
 * What `generation/generate` tells of a result.
 * @param constrained whether the text was to match something, and can be incomplete; `answer` what of it was
 */
export function reportResult(
  result: GenerateResult,
  { constrained, answer }: { constrained: boolean; answer: string },
): {
  text: string
  tokens: number
  promptTokens: number
  tokensPerSecond: number
  stopReason: string
  logprobs: NonNullable<GenerateResult['logprobs']>
  json: Json
  reproducible: string
} {
  const incomplete = constrained && result.incomplete === true
  return {
    text: result.text,
    tokens: result.tokens.length,
    promptTokens: result.promptTokens,
    tokensPerSecond: tokensPerSecond(result),
    stopReason: incomplete ? 'incomplete' : result.stopReason,
    logprobs: result.logprobs ?? [],
    json: incomplete ? null : jsonIn(answer),
    reproducible: result.reproducible,
  }
}

/** What the text says as JSON, in a code block or not; null where it is none. */
function jsonIn(text: string): Json {
  try {
    return readJson(text)
  } catch {
    return null
  }
}

function tokensPerSecond({ tokens, generateMs }: GenerateResult): number {
  // The clock starts with the first token, so that one is not counted.
  return generateMs > 0 ? Math.round((10_000 * Math.max(tokens.length - 1, 0)) / generateMs) / 10 : 0
}
