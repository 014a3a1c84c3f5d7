import { openModels } from '@woolgather/files'
import { writeRandomLora, writeRandomModel } from '@woolgather/ggml/testing'
import type { LoraSource, ModelRecipe } from '@woolgather/workflow'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openMakers, type Makers } from './open-makers.ts'

let folder = ''
const at = (name: string): string => path.join(folder, name)
const options = { signal: new AbortController().signal, onProgress: () => {} }
const faulty = 'what was made before the repair'

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'woolgather-makers-'))
  await writeRandomModel(at('one.gguf'), { seed: 1 })
  await writeRandomModel(at('two.gguf'), { seed: 2 })
  await writeRandomLora(at('lora-one.gguf'), { seed: 3 })
  await writeRandomLora(at('lora-two.gguf'), { seed: 4 })
})
afterEach(() => rm(folder, { recursive: true }))

const model = (file: string, adapters: ModelRecipe['adapters'] = []): ModelRecipe => ({
  kind: 'file',
  file,
  adapters,
})
const merged: ModelRecipe = {
  kind: 'merge',
  method: 'linear',
  models: ['one.gguf', 'two.gguf'].map((file) => ({ model: model(file), parameters: { weight: 0.5 } })),
  parameters: {},
  vocabulary: 'same',
  outputType: 'auto',
  adapters: [],
}
const combined: LoraSource = {
  combine: {
    method: 'cat',
    loras: ['lora-one.gguf', 'lora-two.gguf'].map((file) => ({ file, strength: 1, weight: 1 })),
  },
}
const extracted: LoraSource = {
  extract: { tuned: model('two.gguf'), base: model('one.gguf'), rank: 2, embeddings: false },
}

const kinds: Record<string, (makers: Makers) => Promise<string>> = {
  'a merged model': ({ maker }) => maker.pathOf(merged, options),
  'a baked model': ({ maker }) =>
    maker.pathOf(model('one.gguf', [{ file: 'lora-one.gguf', strength: 1 }]), options),
  'a combined LoRA': ({ loras }) => loras.pathOf(combined, options),
  'an extracted LoRA': ({ loras }) => loras.pathOf(extracted, options),
}

test.each(Object.entries(kinds))('%s is kept for the code that made it, and no other', async (_, make) => {
  const makeWith = async (code: string): Promise<string> => {
    await using makers = openMakers({
      models: openModels({ folders: [folder], env: { WOOLGATHER_ELSEWHERE: 'off' } }),
      data: at('data'),
      code,
    })
    return make(makers)
  }
  const before = await makeWith('before')
  await writeFile(before, faulty)
  expect(await readFile(await makeWith('before'), 'utf8')).toBe(faulty)
  const after = await makeWith('after')
  expect((await readFile(after)).subarray(0, 4).toString()).toBe('GGUF')
  expect(await makeWith('after')).toBe(after)
})
