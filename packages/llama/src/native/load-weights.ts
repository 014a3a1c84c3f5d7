import type { Native } from '@woolgather/ggml'
import { labelsWithMemory } from '../memory/index.ts'
import { CanvasContext } from './canvas-context.ts'
import { NativeModel, type NativeModelOptions } from './native-model.ts'
import { relabelledCopy } from './relabelled-copy.ts'

export interface LoadWeightsOptions extends NativeModelOptions {
  /** Every file of the model. */
  parts: readonly string[]
}

/**
 * A model's weights. One that fills canvases is read under the label of an architecture that keeps memory, where a handful
 * of tokens comes out alike: llama.cpp then computes logits where they are wanted only. The person's file is not touched.
 *
 * @throws LlamaError, as `NativeModel.load`
 */
export async function loadWeights(native: Native, options: LoadWeightsOptions): Promise<NativeModel> {
  const { parts, ...own } = options
  const plain = await NativeModel.load(native, own)
  const label = labelsWithMemory.get(plain.architecture)
  // Where a file that is in use cannot be removed, a copy would stay.
  if (label === undefined || process.platform === 'win32') return plain
  await using copy = await relabelledCopy(parts, label).catch(() => undefined)
  if (copy === undefined) return plain
  const expected = await readSample(native, plain).catch(() => undefined)
  if (expected === undefined) return plain
  // One after the other: both may not fit.
  await plain.dispose()
  const relabelled = { path: copy.path, label, own: plain.architecture }
  const found = await loadAlike(native, { ...own, relabelled }, expected)
  return found ?? (await NativeModel.load(native, own))
}

async function loadAlike(
  native: Native,
  options: NativeModelOptions,
  expected: Float32Array,
): Promise<NativeModel | undefined> {
  const model = await NativeModel.load(native, options).catch(() => undefined)
  if (model === undefined) return undefined
  const found = await readSample(native, model).catch(() => undefined)
  if (found !== undefined && isAlike(found, expected)) return model
  await model.dispose()
  return undefined
}

const sampleSize = 8

/** Logits of a handful of tokens, spread over the vocabulary. */
async function readSample(native: Native, model: NativeModel): Promise<Float32Array> {
  const { size } = model.vocabulary
  const tokens = Array.from({ length: sampleSize }, (_, index) =>
    Math.floor(((index + 0.5) * size) / sampleSize),
  )
  const options = { contextSize: 2 * sampleSize, sequences: 1, threads: 1, exact: true }
  await using context = await CanvasContext.create(native, model, options)
  const [rows] = (await context.decode([{ tokens, rows: [...tokens.keys()] }]))!
  return Float32Array.from(rows!.flatMap((row) => [...row]))
}

/** What differs by less than this share of all that logits span is rounding, of quantised weights too. */
const rounding = 1e-3

function isAlike(found: Float32Array, expected: Float32Array): boolean {
  let [least, most, apart] = [Infinity, -Infinity, 0]
  for (const [index, logit] of expected.entries()) {
    least = Math.min(least, logit)
    most = Math.max(most, logit)
    apart = Math.max(apart, Math.abs(found[index]! - logit))
  }
  return apart <= rounding * (most - least)
}
