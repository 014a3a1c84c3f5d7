import { LlamaError } from '../contract/error.ts'
import type { EmbedRequest, GenerateRequest, StatesRequest, TextStates } from '../contract/interface.ts'
import type { ResidentModel } from '../resident/resident-model.ts'
import { readStates, type ReadStatesInput } from '../states/read-states.ts'
import { throwIfAborted } from './run-task.ts'

/** @throws LlamaError, as `LanguageModel.readStates` says */
export async function readTexts(model: ResidentModel, request: StatesRequest): Promise<TextStates[]> {
  const { layers, pooling = 'mean', signal, onProgress } = request
  const last = model.info.layers - 1
  for (const layer of layers) {
    if (Number.isInteger(layer) && layer >= 0 && layer <= last) continue
    throw new LlamaError(
      'invalid-layer',
      `Block ${layer} was asked for; ${model.info.name} has 0 to ${last}.`,
    )
  }
  throwIfAborted(signal)
  const texts = await Promise.all(request.texts.map((text) => model.reader.pooled(text)))
  const tensors = layers.map((layer) => `l_out-${layer}`)
  const options = { texts, tensors, needsOutputs: layers.includes(last), pooling, signal, onProgress }
  const states = await readTensors(model, request, options)
  return states.map((one) => new Map(layers.map((layer) => [layer, one.get(`l_out-${layer}`)!])))
}

/** @throws LlamaError, as `LanguageModel.embed` says */
export async function embed(model: ResidentModel, request: EmbedRequest): Promise<Float32Array[]> {
  const { signal } = request
  throwIfAborted(signal)
  const texts = await Promise.all(request.texts.map((text) => model.reader.pooled({ text: { text } })))
  const tensors = ['result_norm']
  const options = { texts, tensors, needsOutputs: true, pooling: 'mean' as const, signal }
  const states = await readTensors(model, request, options)
  return states.map((one) => normalise(one.get('result_norm')!))
}

async function readTensors(
  model: ResidentModel,
  request: Pick<GenerateRequest, 'adapters' | 'vectors'>,
  options: Omit<ReadStatesInput, 'native' | 'model' | 'steering' | 'threads'>,
): Promise<Map<string, Float32Array>[]> {
  if (options.texts.length === 0 || options.tensors.length === 0) return options.texts.map(() => new Map())
  const steering = await model.acquireSteering(request)
  const { native, weights, info } = model
  try {
    return await readStates({ ...options, native, model: weights, steering, threads: info.threads })
  } finally {
    steering.release()
  }
}

/** Length 1, or 0 where there is no direction. */
function normalise(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return length === 0 ? vector : vector.map((value) => value / length)
}
