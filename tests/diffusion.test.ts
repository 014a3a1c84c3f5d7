import {
  canvasText,
  followCanvas,
  holeMark,
  type Canvas,
  type CanvasState,
  type RunEvent,
} from '@woolgather/workflow'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { notesOf } from '../nodes/diffusion/notes.ts'
import { runGraph } from '../nodes/testing/run-graph.ts'
import { openTinyDiffuser, type TinyDiffuser } from './tiny-diffuser.ts'

let tiny: TinyDiffuser
beforeAll(async () => {
  tiny = await openTinyDiffuser()
})
afterAll(() => tiny[Symbol.asyncDispose]())

const model = { type: 'loading/model', inputs: { file: 'diffuser.gguf' } }
const links = { model: ['model', 'model'] as [string, string] }
const small = { prompt: 'abc', template: 'none', length: 24, steps: 6, seed: 3 }

interface Filled {
  text: string
  canvas: Canvas
  confidence: unknown
  frames: string[]
  steps: number
  warnings: string[]
}

async function diffuse(inputs: Record<string, unknown> = {}, emit?: (event: RunEvent) => void) {
  const node = { type: 'diffusion/diffuse', inputs: { ...small, ...inputs } as typeof small, links }
  const { outputs, errors } = await tiny.run({ model, node }, emit)
  expect(errors).toEqual([])
  return outputs['node'] as unknown as Filled
}

test('a text comes out of a canvas of masks, and each step tells only what it set [R73]', async () => {
  const events: RunEvent[] = []
  const { confidence, steps } = await diffuse({}, (event) => events.push(event))
  const told = events.flatMap((event) => (event.type === 'cell.canvas' ? [event] : []))
  expect(told.map(({ step, steps: total, set }) => [step, total, set.length])).toEqual([
    [0, 6, 0],
    ...[1, 2, 3, 4, 5, 6].map((step) => [step, 6, 4]),
  ])
  let canvas: CanvasState | undefined
  for (const step of told) canvas = followCanvas(canvas, step)
  expect(canvas?.places).toEqual(confidence)
  expect(steps).toBe(6)
})

test('frames are kept where they are asked for: the canvas after each step', async () => {
  const { frames } = await diffuse({ keepFrames: true, end: 'never' })
  const holesIn = (frame: string): number => frame.split(holeMark).length - 1
  expect(frames.map(holesIn)).toEqual([20, 16, 12, 8, 4, 0])
  expect(frames.at(-1)).toHaveLength(24)
  expect((await diffuse()).frames).toEqual([])
})

test('the same seed gives the same text, another seed another', async () => {
  const { text } = await diffuse()
  expect((await diffuse()).text).toBe(text)
  expect((await diffuse({ seed: 4 })).text).not.toBe(text)
})

test('steps, guidance and order can be swept', async () => {
  const axis = (values: string) => ({ type: 'matrix/axis', inputs: { values } })
  const node = {
    type: 'diffusion/diffuse',
    inputs: { prompt: 'abc', template: 'none', length: 8, seed: 3 },
    links: {
      ...links,
      steps: ['steps', 'value'] as [string, string],
      guidance: ['guidance', 'value'] as [string, string],
      order: ['order', 'value'] as [string, string],
    },
  }
  const grid = { type: 'matrix/grid', links: { values: ['node', 'text'] as [string, string] } }
  const { errors, outputs } = await tiny.run({
    model,
    steps: axis('2, 4'),
    guidance: axis('1, 2'),
    order: axis('left, random'),
    node,
    grid,
  })
  expect(errors).toEqual([])
  expect(JSON.stringify(outputs['grid'])).toContain('random')
})

test('notes say what was not done as asked: more steps than holes, guidance without a prompt', async () => {
  const { warnings } = await diffuse({ prompt: '', steps: 99, guidance: 2 })
  expect(warnings).toEqual([
    'There were fewer holes than steps: 24 steps were enough.',
    'The prompt is empty: guidance has nothing to go by, and is off.',
  ])
  expect((await diffuse()).warnings).toEqual([])
})

test('a note says that the file does not tell whether its rows are shifted', async () => {
  await using silent = await openTinyDiffuser({ saysShift: false })
  const node = { type: 'diffusion/diffuse', inputs: small, links }
  const { outputs } = await silent.run({ model, node })
  expect(outputs['node']?.['warnings']).toEqual([expect.stringMatching(/diffusion\.shift_logits/)])
})

test('a prefix is kept where that is asked for, and a note says where it could not be', async () => {
  const blocks = { blockLength: 8, steps: 12, keepPrefix: true }
  expect((await diffuse(blocks)).warnings).toEqual([])
  const asked = {
    capped: false,
    keepPrefix: true,
    steps: 12,
    guidance: 1,
    unprompted: false,
    systemMoved: false,
  }
  expect(notesOf({ ...asked, model: tiny.model, kept: false })).toEqual([
    expect.stringMatching(/^The prefix was not kept: .*do not fit/),
  ])
})

test('no steps are refused', async () => {
  const node = { type: 'diffusion/diffuse', inputs: { ...small, steps: 0 }, links }
  const { errors } = await tiny.run({ model, node })
  expect(errors).toMatchObject([{ code: 'invalid-input', node: 'node', input: 'steps' }])
})

test('a canvas of another vocabulary is refused', async () => {
  const canvas = { kind: 'canvas', vocabulary: 'another', parts: [{ hole: 4 }] }
  const node = { type: 'diffusion/diffuse', inputs: { ...small, canvas }, links }
  const { errors } = await tiny.run({ model, node })
  expect(errors).toMatchObject([{ code: 'invalid-input', input: 'canvas' }])
})

test('what is given stays to the byte, and so does a canvas without holes [R74]', async () => {
  const { canvas } = await diffuse({ length: 4 })
  const { vocabulary } = canvas
  const parts = [{ text: 'Früh ', tokens: [70, 114] }, { hole: 3 }, { text: ' spät', tokens: [32, 115] }]
  const filled = await diffuse({ canvas: { kind: 'canvas', vocabulary, parts } })
  expect(filled.text).toMatch(/^Früh [^]* spät$/)
  const whole = { kind: 'canvas', vocabulary, parts: [parts[0]] }
  expect((await diffuse({ canvas: whole })).text).toBe('Früh ')
})

test('a model that writes from left to right is refused by name', async () => {
  const node = { type: 'diffusion/diffuse', inputs: small, links }
  const { errors } = await runGraph({ model, node })
  expect(errors).toMatchObject([{ code: 'model-unsupported', node: 'node' }])
})

test('the text of a canvas has a mark for each hole', () => {
  const place = { text: 'a', probability: 0.5, step: 1 }
  expect(canvasText({ places: [place, null, place] })).toBe(`a${holeMark}a`)
})
