import { LlamaError, type PromptInput, type TextPrompt, type VectorUse } from '@woolgather/llama'
import type { Framing } from '../../generation/prompt-inputs.ts'
import { writeTerm } from '../../generation/write-prompt.ts'
import type { ReadyModel } from '../../services/services.ts'
import { neutralSentences } from './neutral-sentences.ts'

/** A text that leans neither way, and that the model finds likely. */
export interface NeutralText {
  text: PromptInput
  after: TextPrompt
  /** The model wrote it. */
  own: boolean
}

/** How unlikely a text is: nats, of all its tokens. */
export interface Surprise {
  sum: number
  tokens: number
}

export interface FindingOptions {
  framing: Framing
  signal: AbortSignal
}

const nothing: TextPrompt = { text: '' }
/** Texts that the model writes after each prompt that says nothing, and their tokens: shorter ones say nothing of it. */
const own = { texts: 12, tokens: 32, least: 8 }

/**
 * What the model writes where nothing is asked, as drawn by its own probabilities: text that it knows, whatever its
 * language or field. And plain sentences of English, as far as it knows such text.
 */
export async function findNeutralTexts(ready: ReadyModel, options: FindingOptions): Promise<NeutralText[]> {
  const prompts = [nothing, ...(await emptyTurn(ready, options))]
  const written = await Promise.all(prompts.map((prompt) => writeOwn(ready, prompt, options)))
  return [...written.flat(), ...(await knownSentences(ready, options))]
}

/** A user who says nothing, where the model is talked to. A template that cannot be used is no fault of the texts. */
async function emptyTurn({ model }: ReadyModel, { framing }: FindingOptions): Promise<TextPrompt[]> {
  try {
    const { prompt } = await writeTerm(model, '', framing)
    return prompt.text === '' ? [] : [prompt]
  } catch (error) {
    if (error instanceof LlamaError && error.code === 'invalid-chat-template') return []
    throw error
  }
}

async function writeOwn(
  { model, adapters, vectors }: ReadyModel,
  after: TextPrompt,
  { signal }: FindingOptions,
): Promise<NeutralText[]> {
  const results = await Promise.all(
    Array.from({ length: own.texts }, (_, seed) =>
      model.generate({
        prompt: after,
        seed,
        maxTokens: own.tokens,
        sampling: { samplers: [] },
        adapters,
        vectors,
        signal,
      }),
    ),
  )
  const long = results.filter(({ tokens }) => tokens.length >= own.least)
  return long.map(({ tokens }) => ({ text: { tokens }, after, own: true }))
}

/** Those that are less than half as surprising as tokens drawn blindly. */
async function knownSentences(ready: ReadyModel, { signal }: FindingOptions): Promise<NeutralText[]> {
  const sentences = neutralSentences.map((text) => ({ text: { text }, after: nothing, own: false }))
  const surprises = await surpriseOf(ready, sentences, [], signal)
  const most = Math.log(ready.model.info.vocabSize) / 2
  return sentences.filter((_, index) => surprises[index]!.sum <= most * surprises[index]!.tokens)
}

/** How unlikely each text is with these vectors added. */
export async function surpriseOf(
  { model, adapters, vectors }: ReadyModel,
  texts: readonly NeutralText[],
  added: readonly VectorUse[],
  signal: AbortSignal,
): Promise<Surprise[]> {
  const found = new Map<NeutralText, Surprise>()
  for (const prompt of new Set(texts.map(({ after }) => after))) {
    const group = texts.filter(({ after }) => after === prompt)
    const scores = await model.score({
      prompt,
      continuations: group.map(({ text }) => text),
      adapters,
      vectors: [...vectors, ...added],
      signal,
    })
    for (const [index, { logLikelihood, tokens }] of scores.entries()) {
      found.set(group[index]!, { sum: -logLikelihood, tokens: tokens.length })
    }
  }
  return texts.map((text) => found.get(text)!)
}
