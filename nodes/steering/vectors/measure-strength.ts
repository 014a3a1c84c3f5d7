import type { ControlVector, MeasuredBlock, VectorUse } from '@woolgather/llama'
import type { ReadyModel } from '../../services/services.ts'
import { keepText } from './keep-text.ts'
import { fullStrength, scaleMeasured } from './measured-strength.ts'
import { neutralSentences } from './neutral-sentences.ts'
import { findNeutralTexts, type FindingOptions, type NeutralText } from './neutral-texts.ts'

/** A block as training left it. */
export interface TrainedBlock {
  /** Of length 1. */
  unit: Float32Array
  /** `unit`, as long as it is added. */
  direction: Float32Array
  /** How far positive and negative states lie apart along it, as the root of the mean square. */
  apart: number
}

export interface MeasuringOptions extends FindingOptions {
  onProgress: (done: number, total: number, unit: string) => void
}

/** Of what lies apart, how much is added to see what a block is worth: enough to rise above rounding. */
const probe = 0.25
/** Texts that each block is tried on. */
const probeTexts = 3

/**
 * A trained vector, scaled so that strength 1 means the same on any model: it is as much as the model takes while it
 * still finds about as likely what it writes by itself, and neutral sentences as far as it knows such. What comes out of
 * the last block moves in proportion to what lies between the negative texts and the positive ones, within limits.
 */
export async function measureStrength(
  ready: ReadyModel,
  raw: ControlVector,
  blocks: ReadonlyMap<number, TrainedBlock>,
  options: MeasuringOptions,
): Promise<ControlVector> {
  const texts = await findNeutralTexts(ready, options)
  const measured = await measureBlocks(ready, raw, blocks, probesOf(texts), options)
  const factor = await keepText(ready, { vector: raw, strength: fullStrength(measured), texts }, options)
  return {
    ...raw,
    directions: new Map(
      [...raw.directions].map(([layer, direction]) => [layer, direction.map((value) => value * factor)]),
    ),
    measured: scaleMeasured(measured, factor),
  }
}

/** Sentences where the model knows them: they are all alike. */
function probesOf(texts: readonly NeutralText[]): Pick<NeutralText, 'text' | 'after'>[] {
  const [sentences, written] = [texts.filter(({ own }) => !own), texts.filter(({ own }) => own)]
  const known = sentences.length >= probeTexts ? sentences : written
  if (known.length > 0) return known.slice(0, probeTexts)
  return neutralSentences.slice(0, probeTexts).map((text) => ({ text: { text }, after: { text: '' } }))
}

/** What each block's direction is worth at the last block, tried one at a time. */
async function measureBlocks(
  ready: ReadyModel,
  raw: ControlVector,
  blocks: ReadonlyMap<number, TrainedBlock>,
  texts: Pick<NeutralText, 'text' | 'after'>[],
  { signal, onProgress }: MeasuringOptions,
): Promise<Map<number, MeasuredBlock>> {
  const last = ready.model.info.layers - 1
  const { unit, apart } = blocks.get(last)!
  const outcome = async (use: readonly VectorUse[]): Promise<number> => {
    const states = await ready.model.readStates({
      texts,
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
