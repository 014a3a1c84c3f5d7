import { describeNode } from '@woolgather/engine'
import { methodNames, methods, type MethodDefinition } from '@woolgather/merge'
import { choicesOf, type WorkflowNode } from '@woolgather/workflow'
import { describe, expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'
import { merge as mergeNode } from './merge.ts'

const models: Record<string, WorkflowNode> = {
  a: { type: 'loading/model', inputs: { file: 'a.gguf', contextSize: 512 } },
  b: { type: 'loading/model', inputs: { file: 'b.gguf' } },
  c: { type: 'loading/model', inputs: { file: 'c.gguf' } },
}
const file = (name: string): object => ({ kind: 'file', file: `${name}.gguf`, adapters: [] })
const a = { ...file('a'), contextSize: 512 }

/** The recipe that a merge of models a and b is, or its error. */
async function merge(
  inputs: WorkflowNode['inputs'],
  links: WorkflowNode['links'] = {},
  type = 'merging/merge',
): Promise<unknown> {
  const both: WorkflowNode['links'] = {
    models: [
      ['a', 'model'],
      ['b', 'model'],
    ],
  }
  const node = { type, inputs: inputs ?? {}, links: { ...both, ...links } }
  const { outputs, errors } = await runGraph({ ...models, merge: node })
  return errors[0] ?? outputs['merge']?.['model']
}

const recipe = (how: object): object => ({
  kind: 'merge',
  parameters: {},
  vocabulary: 'same',
  outputType: 'auto',
  contextSize: 512,
  adapters: [],
  ...how,
})

/*
   a ──► merge
   b ────┘
*/
describe('a merge on a link is a recipe', () => {
  test('of two models: their average, loaded as the first is', async () => {
    expect(await merge({})).toEqual(
      recipe({ method: 'linear', models: [a, file('b')].map((model) => ({ model, parameters: {} })) }),
    )
  })

  test('a ratio is weights, or what the method calls it; a base that a method has no use for is left out', async () => {
    const base: WorkflowNode['links'] = { base: ['c', 'model'] }
    const [linear, slerp, ties] = await Promise.all(
      ['linear', 'slerp', 'ties'].map((method) => merge({ method, ratio: 0.25 }, base)),
    )
    const weighed = [
      { model: a, parameters: { weight: 0.75 } },
      { model: file('b'), parameters: { weight: 0.25 } },
    ]
    expect(linear).toEqual(recipe({ method: 'linear', models: weighed }))
    expect(slerp).toMatchObject({
      base: a,
      models: [{ model: file('b'), parameters: {} }],
      parameters: { t: 0.25 },
    })
    expect(ties).toEqual(recipe({ method: 'ties', models: weighed, base: file('c') }))
  })

  test('weights are numbers, gradients over the layers, or go by names of tensors', async () => {
    const weights = async (text: string): Promise<unknown> => {
      const made = (await merge({ weights: text })) as { models: { parameters: { weight: unknown } }[] }
      return made.models.map(({ parameters }) => parameters.weight)
    }
    expect(await weights('1, 0.5')).toEqual([1, 0.5])
    expect(await weights('0.5')).toEqual([0.5, 0.5])
    expect(await weights('0 0.5 1\n1, 0')).toEqual([
      [0, 0.5, 1],
      [1, 0],
    ])
    expect(await weights('attn: 0.2; mlp: 0 1; 0.5\n1')).toEqual([
      [{ filter: 'attn', value: 0.2 }, { filter: 'mlp', value: [0, 1] }, { value: 0.5 }],
      1,
    ])
  })

  test('what only some methods have is left out of the others, so that methods can be swept', async () => {
    const given = { densities: '0.5, 0.8', lambda: 0.7, seed: 3 }
    expect(await merge({ ...given, method: 'linear' })).toEqual(await merge({ method: 'linear' }))
    expect(await merge({ ...given, method: 'dare_ties' }, { base: ['c', 'model'] })).toMatchObject({
      models: [{ parameters: { density: 0.5 } }, { parameters: { density: 0.8 } }],
      parameters: { lambda: 0.7 },
      seed: 3,
    })
  })

  test('the form has every method with all that can be set of it', () => {
    const input = describeNode(mergeNode).inputs.find(({ name }) => name === 'method')
    const { values, help } = choicesOf(input?.schema)!
    expect(values).toEqual(methodNames)
    for (const name of methodNames) {
      const { description, shared, perModel }: MethodDefinition = methods[name]
      expect(help![name]!.split('\n')).toHaveLength(1 + Object.keys({ ...shared, ...perModel }).length)
      expect(help![name]).toContain(description)
    }
  })

  test.each([
    [{ method: 'ties' }, 'base', 'ties needs a base model.'],
    [{ weights: '1, 2, 3' }, 'weights', 'There are 3 for 2 models.'],
    [{ weights: 'half' }, 'weights', '“half” is no number, and no list of numbers.'],
    [{ ratio: 0.5, weights: '1, 1' }, 'ratio', 'There are both a ratio and weights.'],
    [{ method: 'passthrough' }, 'models', 'passthrough takes 1 model, not 2.'],
  ])('%j is refused', async (inputs, input, message) => {
    expect(await merge(inputs)).toMatchObject({ code: 'invalid-input', input, message, node: 'merge' })
  })
})

describe('layers', () => {
  const layers = (text: string): Promise<unknown> => merge({ layers: text }, {}, 'merging/layers')

  test('are taken in the order of the lines, both ends included, and may be scaled', async () => {
    expect(await layers('1: 0-3\n2: 2\n1: 3-5 * 0.5')).toMatchObject({
      method: 'passthrough',
      slices: [
        { sources: [{ model: 0, from: 0, to: 4 }] },
        { sources: [{ model: 1, from: 2, to: 3 }] },
        { sources: [{ model: 0, from: 3, to: 6, parameters: { scale: 0.5 } }] },
      ],
    })
  })

  test.each([
    ['0-3', '“0-3” does not say which layers to take.'],
    ['3: 0-1', '“3: 0-1” takes layers of model 3, and there are 2 models.'],
    ['1: 3-1', '“1: 3-1” ends before it begins.'],
  ])('%s is refused', async (text, message) => {
    expect(await layers(text)).toMatchObject({ code: 'invalid-input', input: 'layers', message })
  })
})
