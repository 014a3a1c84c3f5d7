import type { Json, LabelledValue, WorkflowNode } from '@woolgather/workflow'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { woolgather } from './cli.ts'
import { createScratch, type Scratch } from './scratch.ts'

type Links = NonNullable<WorkflowNode['links']>
type Inputs = NonNullable<WorkflowNode['inputs']>

const prompt = 'Tell me a happy story about the sea.'
/** What is linked is not typed. */
function diffuse(
  model: string,
  { inputs = {}, links = {} }: { inputs?: Inputs; links?: Links } = {},
): WorkflowNode {
  const typed = { prompt, length: 16, steps: 4, seed: 7, temperature: 0, ...inputs }
  return {
    type: 'diffusion/diffuse',
    inputs: Object.fromEntries(Object.entries(typed).filter(([name]) => !(name in links))),
    links: { model: [model, 'model'], ...links },
  }
}
const on = (type: string, inputs: Inputs, links: Links = { model: ['model', 'model'] }): WorkflowNode => ({
  type,
  inputs,
  links,
})
const axis = (values: string): WorkflowNode => ({ type: 'matrix/axis', inputs: { values } })
const grid = (node: string): WorkflowNode => ({ type: 'matrix/grid', links: { values: [node, 'text'] } })

/** Everything that can be done with a diffusion model, at once. */
const nodes: Record<string, WorkflowNode> = {
  model: on('loading/model', { file: 'demo/diffuser.gguf' }, {}),
  writer: on('loading/model', { file: 'demo/storyteller.gguf' }, {}),
  plain: diffuse('model'),

  // What works.
  pirate: on('lora/load', { file: 'demo/diffuser-pirate.lora.gguf' }, {}),
  strength: axis('0, 1'),
  withLora: {
    type: 'lora/apply',
    links: { model: ['model', 'model'], lora: ['pirate', 'lora'], strength: ['strength', 'value'] },
  },
  loraStory: diffuse('withLora'),
  loraGrid: grid('loraStory'),
  baked: { type: 'lora/bake', links: { model: ['model', 'model'], loras: [['pirate', 'lora']] } },
  bakedStory: diffuse('baked'),
  quantised: on('lora/bake', { type: 'Q8_0' }),
  quantisedStory: diffuse('quantised'),
  merged: {
    type: 'merging/weighted-sum',
    inputs: { ratio: 0.5 },
    links: { first: ['model', 'model'], second: ['baked', 'model'] },
  },
  mergedStory: diffuse('merged'),
  vector: on(
    'steering/control-vector',
    { positive: ['happy'], negative: ['gloomy'], read: 'text' },
    { model: ['writer', 'model'] },
  ),
  steered: {
    type: 'steering/steer',
    inputs: { strength: 8 },
    links: { model: ['model', 'model'], vector: ['vector', 'vector'] },
  },
  steeredStory: diffuse('steered'),
  scored: on('generation/score', {
    prompt,
    choices: ['A happy whale lived near the lighthouse.', 'Lighthouse the near whale lived happy a.'],
  }),
  embedded: on('generation/embed', { text: 'A happy whale.' }),
  judged: on(
    'diffusion/mask',
    { text: 'A happy whale lived near the lighthouse.', least: 0.2 },
    { model: ['model', 'model'], judge: ['writer', 'model'] },
  ),
  inpainted: {
    type: 'diffusion/inpaint',
    inputs: { seed: 1 },
    links: { model: ['model', 'model'], canvas: ['judged', 'canvas'] },
  },

  // What is refused.
  generated: on('generation/generate', { prompt }),
  loraTrained: on(
    'lora/train',
    { rank: 2, steps: 1 },
    { model: ['model', 'model'], dataset: ['lines', 'dataset'] },
  ),
  lines: on('lora/dataset', { text: 'A whale.\nA dragon.' }),
  trained: on('steering/control-vector', { positive: ['happy'], negative: ['gloomy'], read: 'text' }),
  written: diffuse('writer'),
  foreign: on('diffusion/mask', { text: 'A whale.', share: 1 }, { model: ['writer', 'model'] }),
  foreignFilled: {
    type: 'diffusion/inpaint',
    links: { model: ['model', 'model'], canvas: ['foreign', 'canvas'] },
  },
  tooLong: diffuse('model', { inputs: { length: 600 } }),

  // What is swept.
  steps: axis('1, 4'),
  order: axis('confidence, left'),
  guidance: axis('1, 3'),
  share: axis('0.5, 1'),
  stepsGuidance: diffuse('model', { links: { steps: ['steps', 'value'], guidance: ['guidance', 'value'] } }),
  stepsGuidanceGrid: grid('stepsGuidance'),
  orderSteps: diffuse('model', { links: { order: ['order', 'value'], steps: ['steps', 'value'] } }),
  orderStepsGrid: grid('orderSteps'),
  noised: {
    type: 'diffusion/renoise',
    inputs: { text: 'A gloomy dragon slept.', seed: 2 },
    links: { model: ['model', 'model'], strength: ['share', 'value'] },
  },
  strengthGuidance: diffuse('model', {
    links: { canvas: ['noised', 'canvas'], guidance: ['guidance', 'value'] },
  }),
  strengthGuidanceGrid: grid('strengthGuidance'),
}

let scratch: Scratch
let result: {
  outputs: Record<string, Record<string, Json>>
  errors: { node: string; code: string; message: string; hint?: string; input?: string }[]
}
beforeAll(async () => {
  scratch = await createScratch()
  const file = await scratch.writeWorkflow(nodes)
  const folders = [
    '--data',
    scratch.path('data'),
    '--output',
    scratch.folder,
    '--out',
    scratch.path('result.json'),
  ]
  await woolgather(['run', file, ...folders])
  result = (await scratch.readJson('result.json')) as typeof result
})
afterAll(() => scratch?.[Symbol.asyncDispose]())

const textOf = (node: string): string => String(result.outputs[node]?.['text'])
const errorOf = (node: string) => result.errors.find((error) => error.node === node)
/** Texts of a grid, by their coordinates. */
function textsOf(node: string): { at: Record<string, unknown>; text: string }[] {
  const { cells } = result.outputs[node]!['values'] as unknown as LabelledValue
  return cells.map((cell) => ({ at: cell.at, text: 'value' in cell ? String(cell.value) : '' }))
}

describe('of a diffusion model', () => {
  test('nothing fails but what is refused', () => {
    const refused = ['generated', 'trained', 'loraTrained', 'written', 'foreignFilled', 'tooLong']
    expect(
      result.errors.map(({ node, message }) => [node, message]).filter(([node]) => !refused.includes(node!)),
    ).toEqual([])
  })

  test('a LoRA counts by its strength, none of it at 0, and as much where it is baked', () => {
    const [none, all] = textsOf('loraGrid')
    expect(none!.text).toBe(textOf('plain'))
    expect(all!.text).not.toBe(none!.text)
    expect(textOf('bakedStory')).toBe(all!.text)
  })

  test('weights are quantised, merged and steered', () => {
    for (const node of ['quantisedStory', 'mergedStory']) expect(textOf(node)).not.toBe('')
    expect(textOf('steeredStory')).not.toBe(textOf('plain'))
  })

  test('texts are scored by an estimate, which finds what is well written likelier, and embedded', () => {
    expect(result.outputs['scored']).toMatchObject({ index: 0 })
    expect((result.outputs['embedded']!['list'] as number[]).length).toBe(128)
  })

  test('a model that writes from left to right judges what another fills in', () => {
    expect(textOf('inpainted').length).toBeGreaterThan(10)
  })

  test('it does not write from left to right, nor does one that does fill holes: both are refused by name', () => {
    expect(errorOf('generated')).toMatchObject({
      code: 'model-unsupported',
      message: expect.stringMatching(/diffusion model \(llada\)/),
      hint: expect.stringContaining('“Diffuse”'),
    })
    expect(errorOf('written')).toMatchObject({
      code: 'model-unsupported',
      message: expect.stringMatching(/writes from left to right/),
      hint: expect.stringContaining('“Generate”'),
    })
    expect(errorOf('loraTrained')).toMatchObject({
      code: 'model-unsupported',
      message: expect.stringMatching(/llada models cannot be trained/),
    })
    expect(errorOf('trained')).toMatchObject({
      code: 'model-unsupported',
      hint: expect.stringMatching(/apply it here/),
    })
  })

  test('a canvas of another vocabulary and one that is too long are refused, with the numbers', () => {
    expect(errorOf('foreignFilled')).toMatchObject({
      code: 'invalid-input',
      input: 'canvas',
      message: expect.stringMatching(/another vocabulary/),
    })
    expect(errorOf('tooLong')).toMatchObject({
      code: 'context-too-long',
      message: expect.stringMatching(/canvas 600.*at most 512/),
    })
  })

  test('inputs are swept two by two: steps × guidance, order × steps, strength × guidance', () => {
    for (const node of ['stepsGuidanceGrid', 'orderStepsGrid', 'strengthGuidanceGrid']) {
      const cells = textsOf(node)
      expect(new Set(cells.map(({ at }) => JSON.stringify(at))).size, node).toBe(4)
      expect(new Set(cells.map(({ text }) => text)).size, node).toBeGreaterThan(1)
    }
  })
})
