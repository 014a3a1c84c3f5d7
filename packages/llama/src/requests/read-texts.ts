import { LlamaError } from '../contract/error.ts'
import type { EmbedRequest, GenerateRequest, StatesRequest, TextStates } from '../contract/interface.ts'
import type { ResidentModel } from '../resident/resident-model.ts'
import { EmbeddingContext, poolings } from '../native/embedding-context.ts'
import type { PooledText, Pooling } from '../states/pool-states.ts'
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
  if (model.diffuses) throw noStates(model)
  model.checkWrites()
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
  if (model.pooling === poolings.rank) throw noVector(model)
  const texts = await Promise.all(request.texts.map((text) => model.reader.pooled({ text: { text } }, true)))
  const pooled = model.writes
    ? await poolFinalStates(model, request, texts)
    : await readWhole(model, request, texts)
  return pooled.map(normalise)
}

/** Long texts in pieces, short ones together, by the states that the output layer would get. */
async function poolFinalStates(
  model: ResidentModel,
  request: EmbedRequest,
  texts: readonly PooledText[],
): Promise<Float32Array[]> {
  const pooling = poolingsOfStates[model.pooling ?? poolings.mean] ?? 'mean'
  const options = { texts, tensors: [finalState], needsOutputs: true, pooling, signal: request.signal }
  try {
    const states = await readTensors(model, request, options)
    return states.map((one) => one.get(finalState)!)
  } catch (error) {
    // Some graphs (PLaMo 3) do not name them.
    if (!(error instanceof LlamaError) || error.code !== 'model-unsupported') throw error
    return await readWhole(model, request, texts)
  }
}

const finalState = 'result_norm'
const poolingsOfStates: Readonly<Record<number, Pooling>> = {
  [poolings.mean]: 'mean',
  [poolings.first]: 'first',
  [poolings.last]: 'last',
}

/** Each text in one piece, pooled by llama.cpp: as the file says, else the mean. */
async function readWhole(
  model: ResidentModel,
  { adapters, vectors, signal }: EmbedRequest,
  texts: readonly PooledText[],
): Promise<Float32Array[]> {
  const steering = await model.acquireSteering({ adapters, vectors })
  const { native, weights, info, pooling } = model
  try {
    const contextSize = Math.max(...texts.map(({ tokens }) => tokens.length))
    await using context = await EmbeddingContext.create(native, weights, {
      contextSize,
      threads: info.threads,
      pooling: pooling === undefined || pooling === poolings.none ? poolings.mean : undefined,
    })
    context.steer(steering)
    const pooled: Float32Array[] = []
    for (const { tokens } of texts) {
      throwIfAborted(signal)
      pooled.push(await context.read(tokens))
    }
    return pooled
  } finally {
    steering.release()
  }
}

function noStates({ info: { name, architecture } }: ResidentModel): LlamaError {
  return new LlamaError(
    'model-unsupported',
    `${name} is a diffusion model (${architecture}): its states are read with masks in sight only, so no vector is trained on it.`,
    {
      hint: 'Train the vector on a model that writes from left to right and has the same blocks, and apply it here.',
    },
  )
}

function noVector({ info: { name } }: ResidentModel): LlamaError {
  return new LlamaError('model-unsupported', `${name} ranks pairs of texts, and gives no vector of one.`, {
    hint: 'Choose an embedding model, or one that generates text.',
  })
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
