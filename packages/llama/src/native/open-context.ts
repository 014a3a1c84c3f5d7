import type { Native } from '@woolgather/ggml'
import type { LoadModelOptions } from '../contract/interface.ts'
import { aloneArchitectures, keepsStates, wholeStateArchitectures } from '../memory/index.ts'
import type { InspectedModel } from '../memory/index.ts'
import type { Resources } from '../memory/choose-resources.ts'
import { CanvasContext } from './canvas-context.ts'
import { NativeContext } from './native-context.ts'
import type { NativeModel } from './native-model.ts'

/** Sequences at once, where they share one cache: as many as a sweep runs. */
const manySequences = 64
/** Where each has memory of its own. */
const fewSequences = 16
/**
 * Texts of one call of a model that sees both ways. Attention spans the whole call, so that on processors each text costs
 * the less the fewer there are (measured: `bench/diffusion`); a GPU is kept busy by several.
 */
const textsPerCall = { processor: 1, gpu: 4 }
/** Prompts of one canvas whose memory is kept. */
const keptPrompts = 8
/** Prompt tokens of one decode call. */
const batchSize = 512
/** Sequence ids beyond the running ones, each of which can keep a prefix. */
const keptPrefixes = 16

/** How many texts of a model are written at once: each takes a token of the context at least. */
export function chooseSequences(
  file: InspectedModel,
  { maxSequences, contextSize = Infinity, reproducible }: LoadModelOptions,
): number {
  if (aloneArchitectures.has(file.architecture)) return 1
  const unasked = reproducible || keepsStates(file) ? fewSequences : manySequences
  return Math.min(maxSequences ?? unasked, contextSize)
}

/** The context of a model that sees both ways, and how many texts are best read in it at once. */
export async function openCanvas(
  native: Native,
  model: NativeModel,
  { resources, reproducible }: { resources: Resources; reproducible: boolean },
): Promise<{ context: CanvasContext; textsPerCall: number }> {
  const { contextSize, threads, gpuLayers } = resources
  const onProcessor = native.backend === 'cpu' || gpuLayers === 0
  const perCall = reproducible || onProcessor ? textsPerCall.processor : textsPerCall.gpu
  const sequences = Math.min(keptPrompts, contextSize)
  const options = { contextSize, sequences, threads, exact: reproducible }
  const context = await CanvasContext.create(native, model, options)
  return { context, textsPerCall: perCall }
}

/** The context that a model's texts are written in. */
export function openContext(
  native: Native,
  model: NativeModel,
  { resources, maxSequences, separate }: { resources: Resources; maxSequences: number; separate: boolean },
): Promise<NativeContext> {
  const most = native.api.llama_max_parallel_sequences()
  const sequences = separate || keepsWholeState(native, model) ? maxSequences : maxSequences + keptPrefixes
  return NativeContext.create(native, model, {
    contextSize: resources.contextSize,
    batchSize: Math.max(batchSize, maxSequences),
    // llama.cpp ends the process where there are more than a batch holds, which the context limits.
    sequences: Math.min(sequences, most, resources.contextSize),
    threads: resources.threads,
    separate,
  })
}

/** @throws RangeError */
export function checkSequences({ api }: Native, maxSequences: number): void {
  const most = api.llama_max_parallel_sequences()
  if (Number.isInteger(maxSequences) && maxSequences >= 1 && maxSequences <= most) return
  throw new RangeError(`maxSequences is ${maxSequences}; it must be a whole number from 1 to ${most}.`)
}

/** Whether a sequence is copied and removed whole only, and texts of unlike lengths are not decoded row by row. */
export function keepsWholeState({ api }: Native, { pointer, architecture }: NativeModel): boolean {
  const isRecurrent = api.llama_model_is_recurrent(pointer) || api.llama_model_is_hybrid(pointer)
  return isRecurrent || wholeStateArchitectures.has(architecture)
}
