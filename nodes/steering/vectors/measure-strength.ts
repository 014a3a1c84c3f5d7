import type { ControlVector, MeasuredBlock, VectorUse } from '@woolgather/llama'
import type { ReadyModel } from '../../services/services.ts'
import { fullStrength, scaleMeasured } from './measured-strength.ts'
import { neutralSentences } from './neutral-sentences.ts'

/** A block as training left it. */
export interface TrainedBlock {
  /** Of length 1. */
  unit: Float32Array
  /** `unit`, as long as it is added. */
  direction: Float32Array
  /** How far positive and negative states lie apart along it, as the root of the mean square. */
  apart: number
}

export interface MeasuringOptions {
  signal: AbortSignal
  onProgress: (done: number, total: number, unit: string) => void
}

/** Of what lies apart, how much is added to see what a block is worth: enough to rise above rounding. */
const probe = 0.25
/** Sentences that each block is tried on. */
const probeSentences = 3
/** How much higher the perplexity of neutral texts may be at strength ±1: of all together, and of the worst sentence. */
const mostPerplexity = { together: 1.12, sentence: 1.25 }
const mostTries = 5

/**
 * A trained vector, scaled so that strength 1 means the same on any model: what comes out of the last block moves as far
 * as from neutral texts to the positive ones; less where the model no longer finds neutral texts about as likely as before.
 */
export async function measureStrength(
  ready: ReadyModel,
  raw: ControlVector,
  blocks: ReadonlyMap<number, TrainedBlock>,
  options: MeasuringOptions,
): Promise<ControlVector> {
  const measured = await measureBlocks(ready, raw, blocks, options)
  const factor = await keepText(ready, raw, fullStrength(measured), options)
  return {
    ...raw,
    directions: new Map(
      [...raw.directions].map(([layer, direction]) => [layer, direction.map((value) => value * factor)]),
    ),
    measured: scaleMeasured(measured, factor),
  }
}

/** What each block's direction is worth at the last block, tried one at a time. */
async function measureBlocks(
  ready: ReadyModel,
  raw: ControlVector,
  blocks: ReadonlyMap<number, TrainedBlock>,
  { signal, onProgress }: MeasuringOptions,
): Promise<Map<number, MeasuredBlock>> {
  const last = ready.model.info.layers - 1
  const { unit, apart } = blocks.get(last)!
  const outcome = async (use: readonly VectorUse[]): Promise<number> => {
    const states = await ready.model.readStates({
      texts: neutralSentences.slice(0, probeSentences).map((text) => ({ text: { text } })),
      layers: [last],
      adapters: ready.adapters,
      vectors: [...ready.vectors, ...use],
      signal,
    })
    const along = states.map((state) =>
      unit.reduce((sum, value, index) => sum + value * state.get(last)![index]!, 0),
    )
    return along.reduce((sum, value) => sum + value, 0) / along.length
  }
  const plain = await outcome([])
  const measured = new Map<number, MeasuredBlock>()
  for (const [layer, direction] of raw.directions) {
    const size = Math.hypot(...direction) / blocks.get(layer)!.apart
    const strength = probe / size
    const vector = { directions: new Map([[layer, direction]]) }
    const worth = layer === last ? size : ((await outcome([{ vector, strength }])) - plain) / apart / strength
    measured.set(layer, { worth, size })
    onProgress(measured.size, raw.directions.size, 'blocks')
  }
  return measured
}

/** How unlikely a text is: nats, of all its tokens. */
interface Surprise {
  sum: number
  tokens: number
}

/** Lowers a strength until neutral texts are about as likely at plus and minus that as without. */
async function keepText(
  ready: ReadyModel,
  raw: ControlVector,
  strength: number,
  options: MeasuringOptions,
): Promise<number> {
  const surprise = async (at: number): Promise<Surprise[]> => {
    const scores = await ready.model.score({
      prompt: { text: '' },
      continuations: neutralSentences.map((text) => ({ text })),
      adapters: ready.adapters,
      vectors: [...ready.vectors, ...(at === 0 ? [] : [{ vector: raw, strength: at }])],
      signal: options.signal,
    })
    return scores.map(({ logLikelihood, tokens }) => ({ sum: -logLikelihood, tokens: tokens.length }))
  }
  const plain = await surprise(0)
  const allowed = { together: Math.log(mostPerplexity.together), sentence: Math.log(mostPerplexity.sentence) }
  /** 1 where as much is lost as may be, at the worse of both signs. */
  const lossAt = async (factor: number): Promise<number> => {
    const losses = []
    for (const sign of [1, -1]) {
      const steered = await surprise(sign * factor)
      losses.push(meanRise(plain, steered) / allowed.together)
      for (const [index, one] of steered.entries()) {
        losses.push(meanRise([plain[index]!], [one]) / allowed.sentence)
      }
    }
    return Math.max(...losses)
  }
  let factor = strength
  for (let tries = 0; tries < mostTries; tries++) {
    const loss = await lossAt(factor)
    options.onProgress(tries + 1, mostTries, 'checks')
    if (loss <= 1) break
    // Of small strengths the loss grows in proportion, of larger ones faster.
    factor *= Math.min(0.95, Math.max(0.25, 1 / loss))
  }
  return factor
}

/** By how many nats a token neutral texts became less likely. */
function meanRise(plain: readonly Surprise[], steered: readonly Surprise[]): number {
  const tokens = plain.reduce((count, one) => count + one.tokens, 0)
  return steered.reduce((rise, one, index) => rise + one.sum - plain[index]!.sum, 0) / Math.max(1, tokens)
}
