import type { ModelFile } from '@woolgather/protocol'
import { expect, test } from 'vitest'
import { findModels, isPath } from './find-models.ts'

const models = ['gemma.gguf', 'demo/storyteller.gguf', 'other/storyteller.gguf'].map((file): ModelFile => ({
  file,
  kind: 'model',
  bytes: 1,
  architecture: 'llama',
  quantization: 'Q8_0',
  parameters: 1,
  name: '',
}))
const found = (typed: string): string[] => findModels(models, typed).map(({ file }) => file)

test('a path of the disk finds the file that it leads to, however it was copied', () => {
  expect(found('/home/ann/models/gemma.gguf')).toEqual(['gemma.gguf'])
  expect(found('"C:\\\\models\\\\demo\\\\storyteller.gguf"'.replaceAll('\\\\', '\\'))).toEqual([
    'demo/storyteller.gguf',
  ])
  expect(found("'~/models/other/storyteller.gguf' ")).toEqual(['other/storyteller.gguf'])
  expect(found('file:///srv/models/gemma.gguf')).toEqual(['gemma.gguf'])
  expect(found('/home/ann/models/my-gemma.gguf')).toEqual([])
})

test('names and addresses are no paths', () => {
  expect(
    ['gemma', 'demo/story', 'hf:owner/repo/file.gguf', 'https://a.example/x.gguf', ''].some(isPath),
  ).toBe(false)
  expect(found('story other')).toEqual(['other/storyteller.gguf'])
})
