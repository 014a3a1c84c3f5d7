import { openModels } from '@woolgather/files'
import { randomValues, writeRandomLora, writeRandomModel } from '@woolgather/ggml/testing'
import { createLlama, type AdapterUse, type LlamaRuntime } from '@woolgather/llama'
import { openMakers, type Makers } from '@woolgather/weights'
import { loraOn, type LoraSource, type ModelRecipe } from '@woolgather/workflow'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

let folder = ''
let runtime: LlamaRuntime
let makers: Makers
const at = (name: string): string => path.join(folder, name)
const options = { signal: new AbortController().signal, onProgress: () => {} }

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'woolgather-peft-'))
  runtime = await createLlama({ gpu: 'cpu', threads: 1 })
  makers = openMakers({
    models: openModels({ folders: [folder], env: { WOOLGATHER_ELSEWHERE: 'off' } }),
    data: at('data'),
  })
  await writeRandomModel(at('base.gguf'))
  await writeRandomModel(at('other.gguf'), { seed: 9 })
  await writeRandomLora(at('one.gguf'), { seed: 5, alpha: 8 })
  await writeAdapter('mine', ['self_attn.q_proj', 'self_attn.k_proj', 'mlp.down_proj'])
})
afterAll(async () => {
  await makers[Symbol.asyncDispose]()
  await runtime[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** Sizes of the random model's modules: outputs, inputs. */
const sizes: Record<string, [number, number]> = {
  'self_attn.q_proj': [64, 64],
  'self_attn.k_proj': [32, 64],
  'mlp.down_proj': [64, 128],
}

async function writeAdapter(name: string, modules: readonly string[]): Promise<void> {
  await mkdir(at(name))
  const header: Record<string, unknown> = {}
  const data: Buffer[] = []
  let end = 0
  for (const [index, module] of modules.entries()) {
    const [rows, columns] = sizes[module]!
    for (const [side, shape] of Object.entries({ A: [4, columns], B: [rows, 4] })) {
      const values = randomValues(100 + index + (side === 'A' ? 0 : 50), shape[0]! * shape[1]!, 0.3)
      const bytes = Buffer.from(Float32Array.from(values).buffer)
      header[`base_model.model.model.layers.1.${module}.lora_${side}.weight`] = {
        dtype: 'F32',
        shape,
        data_offsets: [end, (end += bytes.length)],
      }
      data.push(bytes)
    }
  }
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  await writeFile(at(`${name}/adapter_model.safetensors`), Buffer.concat([length, text, ...data]))
  await writeFile(
    at(`${name}/adapter_config.json`),
    JSON.stringify({ peft_type: 'LORA', r: 4, lora_alpha: 8, target_modules: modules }),
  )
}

async function readLogits(model: string, adapters: readonly AdapterUse[] = []): Promise<number[]> {
  await using loaded = await runtime.loadModel({ path: model, contextSize: 256, reproducible: true })
  const continuations = Array.from({ length: 320 }, (_, token) => ({ tokens: [token] }))
  const scores = await loaded.score({ prompt: { text: 'a long way from home' }, continuations, adapters })
  return scores.map(({ logLikelihood }) => logLikelihood)
}

const largest = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))

const recipe = (file: string): ModelRecipe => ({ kind: 'file', file, adapters: [] })
const mine: LoraSource = { peft: 'mine' }
const baked = (...adapters: LoraSource[]): ModelRecipe => ({
  kind: 'merge',
  method: 'passthrough',
  models: [
    {
      model: { ...recipe('base.gguf'), adapters: adapters.map((one) => ({ ...one, strength: 1 })) },
      parameters: {},
    },
  ],
  parameters: {},
  vocabulary: 'same',
  outputType: 'F32',
  adapters: [],
})

test('a PEFT adapter that is applied does what it does baked in, and changes what the model says', async () => {
  const file = await makers.loras.pathOf(loraOn(mine, recipe('base.gguf')), options)
  const applied = await readLogits(at('base.gguf'), [{ path: file, strength: 1 }])
  const inWeights = await readLogits(await makers.maker.pathOf(baked(mine), options))
  expect(largest(applied, inWeights)).toBeLessThanOrEqual(1e-3)
  expect(largest(applied, await readLogits(at('base.gguf')))).toBeGreaterThan(0.5)
})

test('it is made once for each model, and is combined with others for the model it is applied to [R71]', async () => {
  const made = async () =>
    (await readdir(at('data/made'))).filter((name) => name.endsWith('.lora.gguf')).length
  const own = await makers.loras.pathOf(loraOn(mine, recipe('base.gguf')), options)
  const before = await made()
  expect(await makers.loras.pathOf(loraOn(mine, recipe('base.gguf')), options)).toBe(own)
  expect(await made()).toBe(before)
  expect(await makers.loras.pathOf(loraOn(mine, recipe('other.gguf')), options)).not.toBe(own)
  expect(await made()).toBe(before + 1)
  const one = { file: 'one.gguf', strength: 1, weight: 1 }
  const both: LoraSource = { combine: { loras: [{ ...mine, strength: 1, weight: 1 }, one], method: 'cat' } }
  const combined = await makers.loras.pathOf(loraOn(both, recipe('base.gguf')), options)
  const together = await readLogits(at('base.gguf'), [
    { path: own, strength: 1 },
    { path: at('one.gguf'), strength: 1 },
  ])
  expect(
    largest(await readLogits(at('base.gguf'), [{ path: combined, strength: 1 }]), together),
  ).toBeLessThan(1e-3)
})

test('one that is to be written down without a model says that it needs one', async () => {
  await expect(makers.loras.pathOf(mine, options)).rejects.toMatchObject({
    code: 'missing-input',
    input: 'model',
  })
})
