import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { callAsync } from './bind.ts'
import type { ContextParams } from './c-api.ts'
import { checkVersion } from './check-version.ts'
import { chooseBinary } from './choose-binary.ts'
import { loadNative } from './load-native.ts'
import { NativeError } from './native-error.ts'
import { writeRandomLora, writeRandomModel } from './testing/index.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ggml-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

test('the libraries load once per process, with a device to compute on', async () => {
  const native = await loadNative()
  expect(await loadNative()).toBe(native)
  expect(native.binary.release).toBe('v0.4.0')
  expect(native.devices().map(({ kind }) => kind)).toContain('cpu')
})

test('WOOLGATHER_GPU=cpu takes the CPU libraries, and an unknown name is refused', async () => {
  vi.stubEnv('WOOLGATHER_GPU', 'cpu')
  expect((await chooseBinary()).gpu).toBe('cpu')
  vi.stubEnv('WOOLGATHER_GPU', 'abacus')
  await expect(chooseBinary()).rejects.toMatchObject({
    code: 'native-missing',
    message: 'WOOLGATHER_GPU is "abacus".',
  })
})

test('another release, or a default that moved, is refused before anything is computed', async () => {
  const { api } = await loadNative()
  const shiftedDefaults = (): ContextParams => ({ ...api.llama_context_default_params(), n_ubatch: 513 })
  const drifted = {
    ...api,
    llama_context_default_params: Object.assign(shiftedDefaults, { async: () => undefined }),
  }
  expect(() => checkVersion(api, 'v0.4.0')).not.toThrow()
  expect(() => checkVersion(api, 'v0.5.0')).toThrow(NativeError)
  expect(() => checkVersion(drifted, 'v0.4.0')).toThrow(
    'llama_context_default_params: n_ubatch is 513, expected 512',
  )
})

test('a random model and a random LoRA load as what they were written as', async () => {
  const { api } = await loadNative()
  const modelPath = path.join(folder, 'model.gguf')
  const loraPath = path.join(folder, 'lora.gguf')
  await writeRandomModel(modelPath, { type: 'Q8_0', layers: 3, vocabSize: 512 })
  await writeRandomLora(loraPath, { layers: 3 })
  const model = await callAsync(api.llama_model_load_from_file, modelPath, api.llama_model_default_params())
  if (model === null) throw new Error('The model did not load')
  const lora = api.llama_adapter_lora_init(model, loraPath)
  expect({
    layers: api.llama_model_n_layer(model),
    embedding: api.llama_model_n_embd(model),
    tokens: api.llama_vocab_n_tokens(api.llama_model_get_vocab(model)),
    lora: lora !== null,
  }).toEqual({ layers: 3, embedding: 64, tokens: 512, lora: true })
  api.llama_model_free(model)
})
