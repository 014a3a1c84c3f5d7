import type { GenerateResult, LanguageModel } from '@woolgather/llama'
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

/**
 * The answer of a model that writes several messages, and what stands before it. A model that did not come to its answer
 * has only thought.
 * @param opening how the answer opens, control tokens written out; absent where there is one message
 */
export function splitMessages(
  model: Pick<LanguageModel, 'tokenize' | 'detokenize'>,
  result: GenerateResult,
  opening: string | undefined,
): GenerateResult & { thinking: string } {
  const { tokens } = result
  if (opening === undefined) return { ...result, thinking: '' }
  const opens = model.tokenize(opening, { special: true, addBos: false })
  const at = tokens.findLastIndex((_, start) =>
    opens.every((token, index) => tokens[start + index] === token),
  )
  if (at < 0) return { ...result, thinking: '' }
  return {
    ...result,
    text: model.detokenize(tokens.slice(at + opens.length)),
    thinking: model.detokenize(tokens.slice(0, at), { special: true }),
  }
}

/** Sees from the tokens of a model that writes several messages whether it is at one that may be its answer. */
export class AnswerWatch {
  readonly #opens: readonly number[]
  #last: number[] = []
  #isOpen = false

  /** @param opening as `splitMessages` takes it */
  constructor(model: Pick<LanguageModel, 'tokenize'>, opening: string | undefined) {
    this.#opens = opening === undefined ? [] : model.tokenize(opening, { special: true, addBos: false })
  }

  see(token: number): void {
    if (this.isOpen) return
    this.#last = [...this.#last, token].slice(-this.#opens.length)
    this.#isOpen = this.#opens.every((one, index) => one === this.#last[index])
  }

  /** What is written now is the answer, not thought. */
  get isOpen(): boolean {
    return this.#isOpen || this.#opens.length === 0
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
