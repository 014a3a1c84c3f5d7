import type { ModelFile } from '@woolgather/protocol'
import { expect, test } from 'vitest'
import { findModels, isPath, memoryOf } from './find-models.ts'

const models = ['gemma.gguf', 'demo/storyteller.gguf', 'other/storyteller.gguf'].map((file): ModelFile => ({
  file,
  ref: file,
  source: 'folder',
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

test('what a model takes is told by the size of its context, and of what has none nothing is', () => {
  const model: ModelFile = { ...models[0]!, bytes: 253e6, contextBytes: 18_432 }
  expect(memoryOf(model, undefined)).toBe('253 MB + 18 MB per 1,000 tokens of context')
  expect(memoryOf(model, 8192)).toBe('404 MB at 8,192 tokens of context, 18 MB per 1,000 more')
  expect(memoryOf(models[0]!, 8192)).toBe('')
  expect(memoryOf({ ...model, contextBytes: 0 }, 8192)).toBe('')
})
