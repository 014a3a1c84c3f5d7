import { readHeader } from '@woolgather/gguf'
import { writeRandomLora } from '@woolgather/ggml/testing'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../testing/native-model.ts'
import { readVectorFile, writeVectorFile } from './vector-file.ts'

test('a vector comes back as it was written, in llama.cpp’s format', async () => {
  await using folder = await temporaryFolder()
  const file = path.join(folder.path, 'mood.gguf')
  const directions = new Map([
    [1, Float32Array.of(1, -2, 3.5)],
    [3, Float32Array.of(0.25, 0, 7)],
  ])
  await writeVectorFile(file, { architecture: 'llama', directions }, { 'woolgather.workflow': '{}' })
  const { metadata, tensors } = await readHeader(file)
  expect(Object.fromEntries(metadata)).toEqual({
    'woolgather.workflow': '{}',
    'general.architecture': 'controlvector',
    'controlvector.model_hint': 'llama',
    'controlvector.layer_count': 3,
  })
  expect(tensors.map(({ name, shape, type }) => [name, shape, type])).toEqual([
    ['direction.1', [3], 0],
    ['direction.2', [3], 0],
    ['direction.3', [3], 0],
  ])
  expect(await readVectorFile(file)).toEqual({
    architecture: 'llama',
    directions: new Map([...directions, [2, new Float32Array(3)]]),
  })
})

test('what a vector was measured to be worth comes back with it, and blocks without a direction have none', async () => {
  await using folder = await temporaryFolder()
  const file = path.join(folder.path, 'mood.gguf')
  const directions = new Map([1, 3].map((layer) => [layer, Float32Array.of(layer)]))
  const measured = new Map([1, 3].map((layer) => [layer, { worth: layer / 8, size: 0.5 }]))
  await writeVectorFile(file, { directions, measured })
  const read = await readVectorFile(file)
  expect(read.measured).toEqual(measured)
})

test('other files are refused with what they are', async () => {
  await using folder = await temporaryFolder()
  const at = (name: string): string => path.join(folder.path, name)
  await writeRandomLora(at('lora.gguf'))
  writeFileSync(at('noise.gguf'), 'noise')
  await expect(readVectorFile(at('lora.gguf'))).rejects.toMatchObject({ code: 'vector-mismatch' })
  await expect(readVectorFile(at('noise.gguf'))).rejects.toMatchObject({ code: 'model-unreadable' })
  await expect(readVectorFile(at('gone.gguf'))).rejects.toMatchObject({ code: 'model-not-found' })
  const zero = new Map([[0, Float32Array.of(1)]])
  await expect(writeVectorFile(at('zero.gguf'), { directions: zero })).rejects.toMatchObject({
    code: 'invalid-layer',
  })
})
