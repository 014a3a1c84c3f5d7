import type { StatePair } from '@woolgather/merge'
import type { TextStates } from '@woolgather/llama'
import { WoolgatherError } from '@woolgather/workflow'
import type { Framing } from '../../generation/prompt-inputs.ts'
import { writePrompt } from '../../generation/write-prompt.ts'
import type { ReadyModel } from '../../services/services.ts'
import type { TextPair } from './training-pairs.ts'

export interface ReadingOptions {
  /** `answer`: the model answers each text, and what it thinks while it writes counts; `text`: while it reads. */
  read: 'answer' | 'text'
  /** Most tokens of an answer. */
  answerTokens: number
  pooling: 'mean' | 'last'
  layers: readonly number[]
  seed: number
  framing: Framing
  signal: AbortSignal
  onProgress: (done: number, total: number) => void
}

type ReadText = Parameters<ReadyModel['model']['readStates']>[0]['texts'][number]

/** What the model thinks at each pair: block → the states of the pairs, in order. */
export async function readPairs(
  { model, adapters, vectors }: ReadyModel,
  pairs: readonly TextPair[],
  options: ReadingOptions,
): Promise<Map<number, StatePair[]>> {
  const texts = pairs.flatMap(({ positive, negative }) => [positive, negative])
  const { layers, pooling, signal, onProgress } = options
  const states = await model.readStates({
    texts: await prepareTexts({ model, adapters, vectors }, texts, options),
    layers,
    pooling,
    adapters,
    vectors,
    signal,
    onProgress: (done, total) => onProgress(total + done, 2 * total),
  })
  return new Map(layers.map((layer) => [layer, pairStates(states, layer)]))
}

async function prepareTexts(
  ready: Pick<ReadyModel, 'model' | 'adapters' | 'vectors'>,
  texts: readonly string[],
  options: ReadingOptions,
): Promise<ReadText[]> {
  if (options.read === 'text') return texts.map((text) => ({ text: { text } }))
  let done = 0
  return Promise.all(
    texts.map(async (text, index) => {
      // Both of a pair are answered with the same luck.
      const answered = await answer(ready, text, options.seed + Math.floor(index / 2), options)
      options.onProgress(++done, 2 * texts.length)
      return answered
    }),
  )
}

async function answer(
  { model, adapters, vectors }: Pick<ReadyModel, 'model' | 'adapters' | 'vectors'>,
  text: string,
  seed: number,
  { framing, answerTokens, signal }: ReadingOptions,
): Promise<ReadText> {
  const { prompt, stop } = await writePrompt(model, text, framing)
  const { tokens } = await model.generate({
    prompt,
    seed: seed % 2 ** 32,
    maxTokens: answerTokens,
    stop,
    adapters,
    vectors,
    signal,
  })
  if (tokens.length > 0) return { text: { tokens }, after: prompt }
  throw new WoolgatherError('invalid-input', `The model answers “${text}” with nothing.`, {
    input: 'positive',
    hint: 'Ask for something it answers, or let it read texts: read = text.',
  })
}

function pairStates(states: readonly TextStates[], layer: number): StatePair[] {
  const of = (index: number): Float32Array => states[index]?.get(layer) ?? new Float32Array()
  return Array.from({ length: states.length / 2 }, (_, pair) => ({
    positive: of(2 * pair),
    negative: of(2 * pair + 1),
  }))
}
