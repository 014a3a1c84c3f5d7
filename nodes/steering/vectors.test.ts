import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'
import { runNode } from '../testing/run-node.ts'
import { parseLayers } from './vectors/layer-range.ts'
import { readVectorValue, vectorValue } from './vectors/vector-value.ts'

const vector = (directions: [number, number[]][], architecture = 'llama'): Record<string, unknown> =>
  ({
    ...vectorValue({
      architecture,
      directions: new Map(directions.map(([layer, values]) => [layer, Float32Array.from(values)])),
    }),
  }) as Record<string, unknown>

const read = (value: unknown): Record<string, number[]> =>
  Object.fromEntries(
    [...readVectorValue(value as never).directions].map(([layer, values]) => [layer, [...values]]),
  )

test('vectors are added, subtracted, multiplied and divided block by block', async () => {
  const a = vector([[1, [1, 2]]])
  const b = vector([
    [1, [10, 20]],
    [2, [5, 5]],
  ])
  const compute = async (inputs: Record<string, unknown>): Promise<unknown> => {
    const result = await runNode('steering/vector-math', inputs)
    return 'vector' in result ? read(result['vector']) : result
  }
  expect(await compute({ a, b, operation: '+' })).toEqual({ 1: [11, 22], 2: [5, 5] })
  expect(await compute({ a, b, operation: '-', number: 0.5 })).toEqual({ 1: [-4, -8], 2: [-2.5, -2.5] })
  expect(await compute({ a, operation: '×', number: -2 })).toEqual({ 1: [-2, -4] })
  expect(await compute({ a, operation: '÷', number: 2 })).toEqual({ 1: [0.5, 1] })
  expect(await compute({ a, operation: '÷', number: 0 })).toMatchObject({ code: 'invalid-input' })
  expect(await compute({ a, b: vector([[1, [1, 2, 3]]]) })).toMatchObject({ code: 'vector-mismatch' })
})

/*
   mood ──► steer ──► story
     └────► save
*/
test('a vector is trained, saved, loaded and steers what is written', async () => {
  const model = { type: 'loading/model', inputs: { file: 'fake.gguf' } }
  const story = (from: string): never =>
    ({
      type: 'generation/generate',
      inputs: { prompt: 'Tell me a story.', seed: 1, maxTokens: 20 },
      links: { model: [from, 'model'] },
    }) as never
  const { status, outputs } = await runGraph({
    model,
    mood: {
      type: 'steering/control-vector',
      inputs: { positive: 'happy\nglad', negative: 'gloomy\nsad', templates: 'Tell me a {{word}} story.' },
      links: { model: ['model', 'model'] },
    },
    pairs: { type: 'output/preview', links: { value: ['mood', 'pairs'] } },
    layers: { type: 'output/preview', links: { value: ['mood', 'layers'] } },
    save: {
      type: 'steering/save-vector',
      inputs: { file: 'mood.gguf' },
      links: { vector: ['mood', 'vector'] },
    },
    steer: {
      type: 'steering/steer',
      inputs: { strength: 2 },
      links: { model: ['model', 'model'], vector: ['mood', 'vector'] },
    },
    steering: { type: 'output/preview', links: { value: ['steer', 'model'] } },
    steered: story('steer'),
    plain: story('model'),
  })
  expect(status).toBe('completed')
  expect([outputs['layers'], outputs['pairs']]).toEqual([{ value: [1] }, { value: 2 }])
  expect(outputs['save']).toEqual({ file: 'mood.gguf' })
  expect(outputs['steering']?.['value']).toMatchObject({ vectors: [{ strength: 2 }] })
  expect(outputs['steered']?.['text']).not.toBe(outputs['plain']?.['text'])
})

test('a vector of another model is refused before anything is written', async () => {
  const { status, errors } = await runGraph({
    model: { type: 'loading/model', inputs: { file: 'fake.gguf' } },
    steer: {
      type: 'steering/steer',
      inputs: { vector: vector([[1, [1, 2, 3]]]) as never },
      links: { model: ['model', 'model'] },
    },
    story: {
      type: 'generation/generate',
      inputs: { prompt: 'Hi', seed: 1 },
      links: { model: ['steer', 'model'] },
    },
  })
  expect({ status, error: errors[0] }).toMatchObject({ status: 'failed', error: { code: 'vector-mismatch' } })
})

test('blocks are written as ranges, and those that are not there are refused', () => {
  expect(parseLayers('', 1, 4, 'layers')).toEqual([1, 2, 3, 4])
  expect(parseLayers('3-, 1', 1, 4, 'layers')).toEqual([1, 3, 4])
  expect(() => parseLayers('0-2', 1, 4, 'layers')).toThrow('Block 0 is not among the blocks 1 to 4')
  expect(() => parseLayers('two', 1, 4, 'layers')).toThrow('names no blocks')
})
