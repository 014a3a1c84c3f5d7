import type { ModelFile } from '@woolgather/protocol'
import { expect, test } from 'vitest'
import { orderBy, sortModels, startOrder } from './sort-models.ts'

const model = (file: string, more: Partial<ModelFile> = {}): ModelFile => ({
  file,
  ref: file,
  source: 'folder',
  kind: 'model',
  bytes: 1,
  architecture: 'llama',
  quantization: 'Q8_0',
  parameters: 1,
  name: '',
  ...more,
})
const models = [
  model('story-10.gguf', { bytes: 5, context: 2048 }),
  model('story-9.gguf', { bytes: 7, license: 'mit' }),
  model('pirate.gguf', { kind: 'lora', bytes: 2, license: 'apache-2.0', context: 512 }),
]
const all = { query: '', kind: 'all' } as const
const files = (found: readonly ModelFile[]): string[] => found.map(({ file }) => file)

test('models stand by name as people count, and by any column, what lacks the value last whichever way', () => {
  expect(files(sortModels(models, startOrder, all))).toEqual(['pirate.gguf', 'story-9.gguf', 'story-10.gguf'])
  const bySize = orderBy(startOrder, 'bytes')
  expect(files(sortModels(models, bySize, all))).toEqual(['story-9.gguf', 'story-10.gguf', 'pirate.gguf'])
  expect(files(sortModels(models, orderBy(bySize, 'bytes'), all))[0]).toBe('pirate.gguf')
  const byContext = orderBy(startOrder, 'context')
  expect(files(sortModels(models, byContext, all)).at(-1)).toBe('story-9.gguf')
  expect(files(sortModels(models, orderBy(byContext, 'context'), all)).at(-1)).toBe('story-9.gguf')
  expect(files(sortModels(models, orderBy(startOrder, 'license'), all))).toEqual([
    'pirate.gguf',
    'story-9.gguf',
    'story-10.gguf',
  ])
})

test('a kind and words narrow them down', () => {
  expect(files(sortModels(models, startOrder, { query: '', kind: 'lora' }))).toEqual(['pirate.gguf'])
  expect(files(sortModels(models, startOrder, { query: 'story 10', kind: 'all' }))[0]).toBe('story-10.gguf')
})
