import { openModels } from '@woolgather/files'
import { writeRandomModel } from '@woolgather/ggml/testing'
import { openGguf } from '@woolgather/gguf'
import { createLlama, SharedModels, type LlamaRuntime } from '@woolgather/llama'
import type { Training, TrainRequest } from '@woolgather/nodes'
import { createWeights, openMakers, type Makers } from '@woolgather/weights'
import { provenanceKeys, type LoraSource, type ModelRecipe } from '@woolgather/workflow'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createModels } from './models.ts'
import { createTraining, type TrainingOptions } from './training.ts'

let folder = ''
let runtime: LlamaRuntime
let makers: Makers
let loaded: SharedModels
let training: Training
let options: TrainingOptions
const at = (name: string): string => path.join(folder, name)
const work = { signal: new AbortController().signal, onProgress: () => {} }

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'woolgather-training-'))
  await writeRandomModel(at('base.gguf'), { type: 'Q8_0' })
  runtime = await createLlama({ gpu: 'cpu', threads: 1 })
  const found = openModels({ folders: [folder], env: { WOOLGATHER_ELSEWHERE: 'off' } })
  makers = openMakers({ models: found, data: at('data') })
  const { sources, maker, loras, trained, bases } = makers
  loaded = new SharedModels(runtime, { onChange: () => {} })
  const models = createModels(runtime, {
    ...{ folders: [folder], found, hosts: { check: () => {} }, files: sources },
    ...{ weights: maker, loras, bases, loaded },
  })
  options = {
    folder: at('data/training'),
    models,
    files: sources,
    weights: maker,
    loras,
    trained,
    bases,
    threads: 1,
  }
  training = createTraining(options)
})
afterAll(async () => {
  await loaded[Symbol.asyncDispose]()
  await makers[Symbol.asyncDispose]()
  await runtime[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const base: ModelRecipe = { kind: 'file', file: 'base.gguf', adapters: [] }
/** “secret” again and again. */
const text = Buffer.from('secret secret secret secret')
const example = { tokens: Int32Array.from(text), weights: new Float32Array(text.length).fill(1) }

const request = (changes: Partial<TrainRequest['settings']> = {}, model = base): TrainRequest => ({
  ...{ model, examples: [example], held: [], dataset: 'a'.repeat(64), metadata: {} },
  ...{ evaluateEvery: 1, sampleEvery: 0, keep: 'best' },
  settings: {
    ...{
      rank: 4,
      alpha: 8,
      rankStabilised: false,
      dropout: 0,
      targets: ['attn_q', 'attn_v', 'ffn_down'],
      layers: [0, 1],
    },
    ...{ learningRate: 0.02, schedule: 'linear', warmup: 0, steps: 30, batch: 1, accumulate: 1 },
    ...{ weightDecay: 0, clip: 1, seed: 3 },
    ...changes,
  },
})

/** How surprised llama.cpp is by the text, in nats a token. */
async function surprise(source?: LoraSource, strength = 1): Promise<number> {
  await using model = await runtime.loadModel({ path: at('base.gguf'), contextSize: 512 })
  const adapters = source ? [{ path: await makers.loras.pathOf(source, work), strength }] : []
  const [score] = await model.score({
    prompt: { tokens: [...example.tokens.subarray(0, 1)] },
    continuations: [{ tokens: [...example.tokens.subarray(1)] }],
    adapters,
  })
  return -score!.logLikelihood / (text.length - 1)
}

test('what was trained works in llama.cpp as it did in training, with its strength', async () => {
  const updates: string[] = []
  const { sha256, evaluationLoss, history } = await training.train(request(), {
    ...work,
    onUpdate: ({ type }) => void updates.push(type),
  })
  expect(history).toHaveLength(30)
  const [plain, half, full] = [
    await surprise(),
    await surprise({ trained: sha256 }, 0.5),
    await surprise({ trained: sha256 }),
  ]
  expect(plain).toBeGreaterThan(half)
  expect(half).toBeGreaterThan(full)
  // llama.cpp's cache has half floats.
  expect(full).toBeCloseTo(evaluationLoss, 1)
  expect(updates.filter((type) => type === 'step')).toHaveLength(30)
})

test('the same is trained once; another base, seed or stack is another training', async () => {
  const of = async (own: TrainRequest): Promise<{ sha256: string; steps: number }> => {
    let steps = 0
    const { sha256 } = await training.train(own, {
      ...work,
      onUpdate: ({ type }) => void (steps += Number(type === 'step')),
    })
    return { sha256, steps }
  }
  const first = await of(request({ steps: 2 }))
  expect(await of(request({ steps: 2 }))).toEqual({ ...first, steps: 0 })
  expect((await of(request({ steps: 2, seed: 4 }))).sha256).not.toBe(first.sha256)
  const onTop = await of(
    request({ steps: 2 }, { ...base, adapters: [{ trained: first.sha256, strength: 1 }] }),
  )
  expect(onTop).toMatchObject({ steps: 2 })
  expect(onTop.sha256).not.toBe(first.sha256)
  await rm(at(`data/trained/${first.sha256}.lora.gguf`))
  await expect(surprise({ trained: first.sha256 })).rejects.toMatchObject({ code: 'model-not-found' })
  expect(await of(request({ steps: 2 }))).toEqual({ ...first, steps: 2 })
})

test('a cancelled training leaves its checkpoint and no LoRA; begun again it goes on, and leaves no checkpoint', async () => {
  const cancel = new AbortController()
  let steps = 0
  const trained = await readdir(at('data/trained'))
  const options = {
    signal: cancel.signal,
    onUpdate: ({ type }: { type: string }) => {
      if (type === 'step' && ++steps === 5) cancel.abort(new Error('enough'))
    },
  }
  await expect(training.train(request({ steps: 12, seed: 9 }), options)).rejects.toThrow('enough')
  expect(await readdir(at('data/trained'))).toEqual(trained)
  const started: number[] = []
  const { sha256 } = await training.train(request({ steps: 12, seed: 9 }), {
    ...work,
    onUpdate: (update) => void (update.type === 'started' && started.push(update.history.length)),
  })
  expect(started).toEqual([5])
  const left = await Promise.all(
    (await readdir(at('data/training'))).map((key) => readdir(at(`data/training/${key}`))),
  )
  expect(left.flat().filter((name) => name !== 'result.json' && name !== 'asked')).toEqual([])
  expect(await readdir(at('data/trained'))).toContain(`${sha256}.lora.gguf`)
})

test('one that was stopped is kept as it was then; asked for again, it goes on to where it would have come', async () => {
  const enough = new AbortController()
  let steps = 0
  const stopped = await training.train(request({ steps: 12, seed: 11 }), {
    ...work,
    enough: enough.signal,
    onUpdate: ({ type }) => {
      if (type === 'step' && ++steps === 5) enough.abort()
    },
  })
  expect(stopped).toMatchObject({ stopped: true, history: { length: 5 } })
  expect(await readdir(at('data/trained'))).toContain(`${stopped.sha256}.lora.gguf`)
  const started: number[] = []
  const whole = await training.train(request({ steps: 12, seed: 11 }), {
    ...work,
    onUpdate: (update) => void (update.type === 'started' && started.push(update.history.length)),
  })
  expect(started).toEqual([5])
  expect(whole).toMatchObject({ stopped: false, history: { length: 12 } })
  expect(whole.sha256).not.toBe(stopped.sha256)
})

test('a saved LoRA says what it was trained on by content, and how, and nothing of what it read', async () => {
  const { sha256 } = await training.train(request({ steps: 2 }), { ...work, onUpdate: () => {} })
  const weights = createWeights({
    ...{ folders: [folder], files: makers.sources, maker: makers.maker, loras: makers.loras },
    bases: makers.bases,
    free: () => Promise.resolve(true),
  })
  await weights.saveLora(
    'saved.gguf',
    { trained: sha256, strength: 1 },
    { ...work, overwrite: false, metadata: {} },
  )
  await using file = await openGguf(at('saved.gguf'))
  const told = String(file.header.metadata.get(provenanceKeys.training))
  expect(JSON.parse(told)).toMatchObject({
    base: { kind: 'file', file: 'base.gguf', content: expect.anything() as unknown },
    dataset: 'a'.repeat(64),
    settings: { rank: 4, steps: 2, seed: 3 },
  })
  expect(told).not.toContain('secret')
})

test('a base that changed is told by whoever uses the LoRA, and where a training that was interrupted begins anew', async () => {
  await writeRandomModel(at('changing.gguf'), { type: 'Q8_0' })
  const own: ModelRecipe = { kind: 'file', file: 'changing.gguf', adapters: [] }
  const short = request({ steps: 2 }, own)
  const { sha256, warnings } = await training.train(short, { ...work, onUpdate: () => {} })
  expect(warnings).toEqual([])
  const cancel = new AbortController()
  const long = request({ steps: 12 }, own)
  await expect(
    training.train(long, {
      signal: cancel.signal,
      onUpdate: ({ type }) => void (type === 'step' && cancel.abort(new Error('enough'))),
    }),
  ).rejects.toThrow('enough')
  const withLora: ModelRecipe = { ...own, adapters: [{ trained: sha256, strength: 1 }] }
  const baked: ModelRecipe = {
    ...{ kind: 'merge', method: 'passthrough', parameters: {}, vocabulary: 'same', outputType: 'auto' },
    ...{ models: [{ model: withLora, parameters: {} }], adapters: [] },
  }
  const toldOf = (recipe: ModelRecipe): Promise<object[]> => makers.bases.warningsOf(recipe, work.signal)
  expect([await toldOf(withLora), await toldOf(baked)]).toEqual([[], []])
  await writeRandomModel(at('changing.gguf'), { type: 'Q8_0', seed: 5 })
  const warning = {
    code: 'base-changed',
    message: '“changing.gguf” has changed since the trained LoRA was trained on it.',
  }
  expect([await toldOf(withLora), await toldOf(baked)]).toMatchObject([[warning], [warning]])
  // Another model by name was chosen, not changed.
  expect(await toldOf({ ...withLora, kind: 'file', file: 'base.gguf' })).toEqual([])
  const again = await training.train(long, { ...work, onUpdate: () => {} })
  expect(again.history).toHaveLength(12)
  expect(again.warnings).toMatchObject([
    { code: 'base-changed', message: expect.stringContaining('begins anew') as string },
  ])
})

test('a training that begins anew because of another build says nothing of its base', async () => {
  const cancel = new AbortController()
  const long = request({ steps: 6 })
  await expect(
    training.train(long, {
      signal: cancel.signal,
      onUpdate: ({ type }) => void (type === 'step' && cancel.abort(new Error('enough'))),
    }),
  ).rejects.toThrow('enough')
  const updated = createTraining({
    ...options,
    models: {
      fingerprint: async (recipe) => ({ now: await options.models.fingerprint(recipe), build: 'another' }),
    },
  })
  const { history, warnings } = await updated.train(long, { ...work, onUpdate: () => {} })
  expect({ steps: history.length, warnings }).toEqual({ steps: 6, warnings: [] })
})
