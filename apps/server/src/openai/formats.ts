import type { Answer, TokenLogprob, Usage } from './answer-call.ts'

export interface Piece {
  index: number
  text: string
  /** Of the tokens of this piece, and of those before it. */
  logprobs: readonly TokenLogprob[]
  before: readonly TokenLogprob[]
  /** The whole answer, once it is there. */
  answer?: Answer | undefined
  /** The first of its choice. */
  first: boolean
}

/** How an answer, and a piece of one, look in one of the two interfaces. */
export interface Format {
  prefix: string
  object: string
  chunkObject: string
  choice: (answer: Answer, index: number) => object
  chunkChoice: (piece: Piece) => object
}

export const chat: Format = {
  prefix: 'chatcmpl',
  object: 'chat.completion',
  chunkObject: 'chat.completion.chunk',
  choice: (answer, index) => ({
    index,
    message: { role: 'assistant', content: answer.text, refusal: null },
    logprobs: chatLogprobs(answer.logprobs),
    finish_reason: answer.finishReason,
  }),
  chunkChoice: ({ index, text, answer, first, logprobs }) => ({
    index,
    delta: answer ? {} : { ...(first && { role: 'assistant' }), content: text },
    logprobs: chatLogprobs(logprobs),
    finish_reason: answer?.finishReason ?? null,
  }),
}

export const completion: Format = {
  prefix: 'cmpl',
  object: 'text_completion',
  chunkObject: 'text_completion',
  choice: (answer, index) => ({
    index,
    text: answer.text,
    logprobs: completionLogprobs(answer.logprobs),
    finish_reason: answer.finishReason,
  }),
  chunkChoice: ({ index, text, answer, logprobs, before }) => ({
    index,
    text,
    logprobs: completionLogprobs(logprobs, before),
    finish_reason: answer?.finishReason ?? null,
  }),
}

/** A field beside those of the interface, which clients pass over or show; only where something was warned of. */
export function warningsField(warnings: readonly string[]): { warnings?: readonly string[] } {
  return warnings.length === 0 ? {} : { warnings }
}

export function describeUsage(usages: readonly Usage[]): object {
  const sum = (of: keyof Usage): number => usages.reduce((total, usage) => total + usage[of], 0)
  const [prompt, written] = [sum('prompt'), sum('completion')]
  return { prompt_tokens: prompt, completion_tokens: written, total_tokens: prompt + written }
}

/** Of what reads and writes nothing. */
export function describeEmbeddingUsage(usages: readonly Usage[]): object {
  const tokens = usages.reduce((total, { prompt, completion }) => total + prompt + completion, 0)
  return { prompt_tokens: tokens, total_tokens: tokens }
}

function chatLogprobs(logprobs: readonly TokenLogprob[]): object | null {
  if (logprobs.length === 0) return null
  const told = ({ text, logprob }: Pick<TokenLogprob, 'text' | 'logprob'>): object => ({
    token: text,
    logprob,
    bytes: [...Buffer.from(text)],
  })
  const content = logprobs.map((token) => ({ ...told(token), top_logprobs: token.alternatives.map(told) }))
  return { content, refusal: null }
}

function completionLogprobs(
  logprobs: readonly TokenLogprob[],
  before: readonly TokenLogprob[] = [],
): object | null {
  if (logprobs.length === 0) return null
  let end = before.reduce((length, { text }) => length + text.length, 0)
  return {
    tokens: logprobs.map(({ text }) => text),
    token_logprobs: logprobs.map(({ logprob }) => logprob),
    top_logprobs: logprobs.map(({ alternatives }) =>
      Object.fromEntries(alternatives.map(({ text, logprob }) => [text, logprob])),
    ),
    text_offset: logprobs.map(({ text }) => (end += text.length) - text.length),
  }
}
