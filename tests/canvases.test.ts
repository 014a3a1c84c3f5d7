import type { Canvas, WorkflowNode } from '@woolgather/workflow'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeCanvas } from '../nodes/diffusion/canvas/close-canvas.ts'
import { cutHoles } from '../nodes/diffusion/canvas/cut-holes.ts'
import { canvasOf, placesOf } from '../nodes/diffusion/canvas/open-canvas.ts'
import { drawSome } from '../nodes/diffusion/canvas/rank-tokens.ts'
import { readSpans } from '../nodes/diffusion/canvas/token-texts.ts'
import { openTinyDiffuser, type TinyDiffuser } from './tiny-diffuser.ts'

const many = process.env['WOOLGATHER_TEST_FULL'] === '1' ? 1000 : 40

let tiny: TinyDiffuser
beforeAll(async () => {
  tiny = await openTinyDiffuser()
})
afterAll(() => tiny[Symbol.asyncDispose]())

const model: WorkflowNode = { type: 'loading/model', inputs: { file: 'diffuser.gguf' } }
const text = 'The whale sang. “Für dich 🐋”, she said. Nobody came, and nobody heard. The end.'
const links = { model: ['model', 'model'] as [string, string] }

type Inputs = NonNullable<WorkflowNode['inputs']>
interface Filled {
  text: string
  canvas: Canvas
  length: number
  warnings: string[]
}

/** Runs a node that makes a canvas, and one that fills it. */
async function fill(
  type: string,
  making: Inputs,
  filling: Inputs = {},
  also: Record<string, WorkflowNode> = {},
) {
  const filler: Inputs = { template: 'none', seed: 1, steps: 2, ...filling }
  const { outputs, errors } = await tiny.run({
    model,
    ...also,
    made: { type, inputs: making, links },
    filled: {
      type: 'diffusion/inpaint',
      inputs: filler,
      links: {
        ...links,
        canvas: ['made', 'canvas'],
        ...(also['rule'] && { constraint: ['rule', 'constraint'] }),
      },
    },
    keep: { type: 'output/preview', links: { value: ['made', 'canvas'] } },
  })
  return {
    errors,
    filled: outputs['filled'] as unknown as Filled,
    made: outputs['keep']?.['value'] as unknown as Canvas,
  }
}

/** What stands around the holes, in order. */
const keptIn = ({ parts }: Canvas): string[] => parts.flatMap((part) => ('text' in part ? [part.text] : []))
const holesIn = ({ parts }: Canvas): number[] => parts.flatMap((part) => ('hole' in part ? [part.hole] : []))

async function masked(inputs: Inputs): Promise<Canvas> {
  return (await fill('diffusion/mask', { text, ...inputs })).made
}

describe('a mask makes holes', () => {
  test('of sentences by their numbers, from 1, the first and the last included', async () => {
    expect(keptIn(await masked({ sentences: '2-3' })).slice(0, 2)).toEqual(['The whale sang. ', ' The end.'])
    expect(keptIn(await masked({ sentences: '1, 4' }))[0]).toBe(
      ' “Für dich 🐋”, she said. Nobody came, and nobody heard. ',
    )
  })

  test('of words whole and in any case, of matches and of characters', async () => {
    expect(keptIn(await masked({ words: ['NOBODY'] })).join('|')).toBe(
      'The whale sang. “Für dich 🐋”, she said. | came, and | heard. The end.|',
    )
    expect(keptIn(await masked({ pattern: '🐋' }))).toContain('The whale sang. “Für dich ')
    expect(keptIn(await masked({ span: '5-9' })).slice(0, 1)).toEqual(['The '])
  })

  test('as long as what stood there, or longer and shorter by “grow”', async () => {
    const [own] = holesIn(await masked({ words: ['whale'] }))
    expect(own).toBe('whale'.length)
    expect(holesIn(await masked({ words: ['whale'], grow: 3 }))).toEqual([own! + 3])
    expect(holesIn(await masked({ words: ['whale'], grow: -99 }))).toEqual([1])
  })

  test('of a share of the tokens: drawn by a seed, or the least likely', async () => {
    const count = (canvas: Canvas): number => holesIn(canvas).reduce((sum, size) => sum + size, 0)
    const drawn = await masked({ share: 0.25, seed: 1 })
    expect(await masked({ share: 0.25, seed: 1 })).toEqual(drawn)
    expect(await masked({ share: 0.25, seed: 2 })).not.toEqual(drawn)
    expect(count(drawn)).toBeGreaterThan(15)
    expect(count(await masked({ least: 0.1 }))).toBeGreaterThan(5)
  })

  test('where there is nothing to mask it says so, and the text comes out as it was', async () => {
    const { filled } = await fill('diffusion/mask', { text, words: ['ostrich'] })
    expect(filled.text).toBe(text)
  })

  test('what names no sentence is refused', async () => {
    const { errors } = await fill('diffusion/mask', { text, sentences: 'last' })
    expect(errors).toMatchObject([{ code: 'invalid-input', input: 'sentences' }])
  })
})

test(`what is kept stays to the byte over ${many} random holes`, async () => {
  const { model: diffuser } = tiny
  const spans = await readSpans(diffuser, text)
  for (let seed = 0; seed < many; seed++) {
    const ranges = drawSome(spans, 1 + (seed % spans.length), seed)
    const canvas = await canvasOf(diffuser, await cutHoles(diffuser, text, ranges, seed % 3))
    const places = placesOf(canvas)
    const settings = { steps: 1, end: 'never', temperature: 1, seed } as const
    const { canvas: tokens } = await diffuser.diffuse({ prompt: { text: '' }, canvas: places, ...settings })
    const closed = await closeCanvas(diffuser, canvas, tokens)
    const filled = closed.canvas.parts.map((part) => ('text' in part ? part.text : ''))
    expect(closed.text).toBe(filled.join(''))
    for (const [index, part] of canvas.parts.entries())
      if ('text' in part) expect(filled[index]).toBe(part.text)
    expect(tokens.filter((_, place) => places[place] !== null)).toEqual(
      places.filter((token) => token !== null),
    )
  }
})

test('several lengths are tried, and one of them is kept', async () => {
  const { filled } = await fill('diffusion/mask', { text, words: ['whale'] }, { lengths: [-2, 0, 4] })
  expect([-2, 0, 4]).toContain(filled.length)
  expect(holesIn(filled.canvas)).toEqual([])
})

describe('renoised', () => {
  const renoised = async (inputs: Inputs): Promise<Canvas> =>
    (await fill('diffusion/renoise', { text, seed: 3, ...inputs })).made

  test('at strength 0 the text is untouched, at 1 nothing of it is used', async () => {
    for (const by of ['words', 'sentences']) {
      expect((await fill('diffusion/renoise', { text, strength: 0, by })).filled.text).toBe(text)
      expect(keptIn(await renoised({ strength: 1, by })).join('')).toBe('')
    }
  })

  test('the more the stronger, and more of the same', async () => {
    const sizes: number[] = []
    for (const strength of [0.1, 0.4, 0.7, 0.9]) {
      sizes.push(holesIn(await renoised({ strength })).reduce((sum, size) => sum + size, 0))
    }
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b))
    expect(sizes[0]! * 5).toBeLessThan(sizes.at(-1)!)
  })

  test('by sentences whole ones go', async () => {
    const kept = keptIn(await renoised({ strength: 0.5, by: 'sentences' })).join('')
    expect(kept.split(/(?<=[.!])/).length).toBeLessThan(text.split(/(?<=[.!])/).length)
    expect(text).toContain(kept.trim().split('. ')[0]!)
  })
})

describe('a template', () => {
  test('keeps what stands between its gaps, and a gap may have a pattern of its own', async () => {
    const { filled } = await fill('diffusion/template', { text: 'No [[3 [0-9]+]], [[2]] of [[4 [a-c]{4}]].' })
    expect(filled.text).toMatch(/^No \d{1,3}, [^]* of [a-c]{4}\.$/)
  })

  test('of JSON always parses', async () => {
    for (let seed = 0; seed < (many === 1000 ? 60 : 2); seed++) {
      const json = '{ "name": "[[6]]", "age": [[3]], "list": [[[2]], "[[3]]"] }'
      const { filled, errors } = await fill(
        'diffusion/template',
        { text: json, json: true },
        { seed, temperature: 1 },
      )
      expect(errors).toEqual([])
      expect(JSON.parse(filled.text)).toMatchObject({
        name: expect.any(String),
        list: [expect.anything(), expect.any(String)],
      })
    }
  })

  test('that is no JSON with its gaps filled is refused', async () => {
    const { errors } = await fill('diffusion/template', { text: '{ "a": [[2]]', json: true })
    expect(errors).toMatchObject([{ code: 'invalid-input', input: 'text' }])
  })
})

test('a constraint holds in each hole', async () => {
  const rule = { type: 'steering/regex', inputs: { pattern: '[0-9]+' } }
  const { filled } = await fill('diffusion/mask', { text, words: ['whale', 'end'] }, {}, { rule })
  expect(filled.text).toMatch(/^The \d+ sang\. [^]* The \d+\.$/)
})

test('a constraint that the hole is too short for is refused with the numbers', async () => {
  const rule = { type: 'steering/regex', inputs: { pattern: '[0-9]{20}' } }
  const { errors } = await fill('diffusion/mask', { text, words: ['whale'] }, {}, { rule })
  expect(errors).toMatchObject([
    { code: 'too-few-tokens', message: expect.stringMatching(/takes 20 tokens.*has 5/) },
  ])
})
