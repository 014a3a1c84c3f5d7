import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import {
  createLlama,
  type DiffuseRequest,
  type DiffusionSettings,
  type LanguageModel,
  type LlamaRuntime,
} from '@woolgather/llama'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { closeCanvas } from '../nodes/diffusion/canvas/close-canvas.ts'
import { cutHoles } from '../nodes/diffusion/canvas/cut-holes.ts'
import { canvasOf, placesOf } from '../nodes/diffusion/canvas/open-canvas.ts'
import { sentenceRanges } from '../nodes/diffusion/canvas/choose-ranges.ts'
import { hidePlaces } from '../nodes/diffusion/canvas/hide-places.ts'
import { drawSome } from '../nodes/diffusion/canvas/rank-tokens.ts'
import { root } from './scratch.ts'
import { isPirate, moodOf, topicOf } from './score-story.ts'
import { validShare } from './valid-sentences.ts'

const demo = path.join(root, 'models/demo')
const read = (file: string): never => JSON.parse(readFileSync(path.join(root, file), 'utf8')) as never

interface Prompt {
  prompt: string
  topic: string
  mood: string
}
const { tasks } = read('models/demo/prompts.json') as { tasks: { story: Prompt[] } }
const full = process.env['WOOLGATHER_TEST_FULL'] === '1'
/** Bands hold for any: they were set from 0, 1 and 2. */
const seedOf = (index: number): number => 1000 * Number(process.env['WOOLGATHER_TEST_SEED'] ?? 0) + index

let llama: LlamaRuntime
let model: LanguageModel
beforeAll(async () => {
  llama = await createLlama({ gpu: 'cpu', threads: 1 })
  model = await llama.loadModel({ path: path.join(demo, 'diffuser.gguf') })
})
afterAll(() => llama[Symbol.asyncDispose]())

type Settings = DiffusionSettings & Pick<DiffuseRequest, 'steps' | 'adapters'> & { count?: number }

async function promptOf(text: string): Promise<DiffuseRequest['prompt']> {
  const { stop: _, ...written } = await model.formatChat([{ role: 'user', content: text }])
  return { ...written, special: true }
}

/** Stories for prompts that training has not seen, as the trial's figures were measured. */
async function stories({ count = 60, ...settings }: Settings): Promise<string[]> {
  const texts: string[] = []
  for (const [index, { prompt }] of tasks.story.slice(0, count).entries()) {
    const canvas = await canvasOf(model, [])
    const blank = { ...canvas, parts: [{ hole: 80 }] }
    const { canvas: tokens } = await model.diffuse({
      temperature: 0.7,
      end: 'last',
      ...settings,
      prompt: await promptOf(prompt),
      canvas: placesOf(blank),
      seed: seedOf(index),
    })
    texts.push((await closeCanvas(model, blank, tokens)).text)
  }
  return texts
}

const valid = async (settings: Settings): Promise<number> => validShare(await stories(settings))
const share = (texts: readonly string[], holds: (text: string, index: number) => boolean): number =>
  texts.filter(holds).length / texts.length

test('the weights are those that their manifest names, and small', () => {
  const { files } = read('models/demo/diffuser.json') as {
    files: Record<string, { sha256: string; bytes: number }>
  }
  expect(Object.keys(files)).toEqual(['diffuser.gguf', 'diffuser-pirate.lora.gguf'])
  for (const [file, { sha256, bytes }] of Object.entries(files)) {
    const data = readFileSync(path.join(demo, file))
    expect([file, data.length]).toEqual([file, bytes])
    expect(createHash('sha256').update(data).digest('hex')).toBe(sha256)
  }
  expect(Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(2_200_000)
})

interface Reference {
  cases: (DiffusionSettings & {
    name: string
    steps: number
    prompt: number[]
    canvas: (number | null)[]
    told: number[][][]
  })[]
}

test('step by step the tokens are those that PyTorch sets in F32', async () => {
  const { cases } = read('tests/fixtures/diffusion.json') as Reference
  for (const { name, prompt, told, ...settings } of cases) {
    const steps: number[][][] = []
    await model.diffuse({
      ...settings,
      prompt: { tokens: prompt },
      seed: 1,
      onStep: ({ set }) => steps.push(set.map(({ place, token }) => [place, token])),
    })
    expect([name, steps]).toEqual([name, told])
  }
})

test('more steps write better, and what was asked for', async () => {
  const few = await stories({ steps: 4, count: 2 })
  const many = await stories({ steps: 80, count: 2 })
  expect(validShare(few)).toBeLessThan(0.5)
  expect(validShare(many)).toBeGreaterThan(0.6)
  expect(many.map(topicOf)).toEqual(tasks.story.slice(0, 2).map(({ topic }) => topic))
})

describe.runIf(full)('over 60 texts a point', { timeout: inject('patience') * 12 }, () => {
  test('valid sentences rise over 4, 16, 32 and 80 steps', async () => {
    const points: number[] = []
    for (const steps of [4, 16, 32, 80]) points.push(await valid({ steps }))
    console.log('valid at 4, 16, 32, 80', points)
    expect(points).toEqual(points.toSorted((a, b) => a - b))
    expect(points[0]!).toBeLessThanOrEqual(0.25 * points[3]!)
    expect(points[0]!).toBeLessThanOrEqual(0.12)
    expect(points[3]!).toBeGreaterThanOrEqual(0.75)
  })

  test('from the left is best at 80 steps; at random is much worse than by confidence at 40', async () => {
    const left = await valid({ steps: 80, order: 'left' })
    const [confidence, random] = [await valid({ steps: 40 }), await valid({ steps: 40, order: 'random' })]
    console.log('left', left, 'confidence', confidence, 'random', random)
    expect(left).toBeGreaterThanOrEqual(0.88)
    // Of seeds 0, 1, 2: .28 of .64, .30 of .55, .29 of .56.
    expect(random).toBeLessThan(0.65 * confidence)
  })

  test('guidance 2 is about as good as 1 at 32 steps, 5 is worse; polishing helps', async () => {
    const [one, two, five] = [
      await valid({ steps: 32 }),
      await valid({ steps: 32, guidance: 2 }),
      await valid({ steps: 32, guidance: 5 }),
    ]
    const polished = await valid({ steps: 32, polish: 2 })
    console.log('guidance 1, 2, 5', one, two, five, 'polished', polished)
    // Of seeds 0, 1, 2: .44 and .45, .41 and .46, .47 and .40: no gain for this model, and no loss.
    expect(Math.abs(two - one)).toBeLessThan(0.12)
    expect(five).toBeLessThan(Math.min(one, two) - 0.05)
    expect(polished).toBeGreaterThan(one)
  })

  test('topic and mood are those that were asked for, from 16 steps on', async () => {
    const texts = await stories({ steps: 16 })
    const { story } = tasks
    console.log(
      'topic',
      share(texts, (text, at) => topicOf(text) === story[at]!.topic),
      'mood',
      share(texts, (text, at) => moodOf(text) === story[at]!.mood),
    )
    expect(share(texts, (text, at) => topicOf(text) === story[at]!.topic)).toBeGreaterThanOrEqual(0.95)
    expect(share(texts, (text, at) => moodOf(text) === story[at]!.mood)).toBeGreaterThanOrEqual(0.95)
  })

  test('the pirate at strength 0, 0.5 and 1', async () => {
    const points: number[] = []
    for (const strength of [0, 0.5, 1]) {
      const adapters = [{ path: path.join(demo, 'diffuser-pirate.lora.gguf'), strength }]
      points.push(share(await stories({ steps: 40, adapters }), isPirate))
    }
    console.log('pirate', points)
    expect(points[0]!).toBeLessThanOrEqual(0.1)
    expect(points[1]!).toBeGreaterThanOrEqual(0.6)
    expect(points[2]!).toBeGreaterThanOrEqual(0.95)
  })

  test('renoised happy stories, gloomy asked: words change and the mood turns with the strength', async () => {
    const texts = await happyStories()
    const figures: [number, number, number][] = []
    for (const strength of [0.3, 0.6, 0.9]) {
      const renoised: string[] = []
      for (const [index, text] of texts.entries()) renoised.push(await renoise(text, strength, seedOf(index)))
      const changed =
        renoised.reduce((sum, text, at) => sum + wordsChanged(texts[at]!, text), 0) / texts.length
      figures.push([strength, changed, share(renoised, (text) => moodOf(text) === 'gloomy')])
    }
    console.log('renoise', figures)
    const changed = figures.map(([, words]) => words)
    expect(changed).toEqual(changed.toSorted((a, b) => a - b))
    expect(figures[0]![2]).toBeLessThanOrEqual(0.02)
    // Of seeds 0, 1, 2: .42, .48, .34.
    expect(figures[2]![2]).toBeGreaterThanOrEqual(0.3)
  })

  test('inpainted, the middle of a story keeps the topic, and takes another mood where that is asked for', async () => {
    const texts = await happyStories()
    let [onTopic, gloomy, all] = [0, 0, 0]
    for (const [index, text] of texts.entries()) {
      const inner = sentenceRanges(text).slice(1, -1)
      const [from, to] = [inner[0]?.from, inner.at(-1)?.to]
      if (from === undefined || to === undefined) continue
      const canvas = await canvasOf(model, await cutHoles(model, text, [{ from, to }]))
      const fill = async (asked: string, guidance: number): Promise<string> => {
        const places = placesOf(canvas)
        const steps = places.filter((token) => token === null).length
        const settings = { end: 'never', guidance, steps, temperature: 0.7, seed: seedOf(index) } as const
        const { canvas: tokens } = await model.diffuse({
          ...settings,
          prompt: await promptOf(asked),
          canvas: places,
        })
        const filled = (await closeCanvas(model, canvas, tokens)).canvas
        return filled.parts
          .map((part, at) => ('text' in part && 'hole' in canvas.parts[at]! ? part.text : ''))
          .join('')
      }
      all++
      if (topicOf(await fill('Tell me a happy story about the sea.', 1)) === 'sea') onTopic++
      if (moodOf(await fill('Tell me a gloomy story about the sea.', 3)) === 'gloomy') gloomy++
    }
    console.log('inpaint topic', onTopic / all, 'gloomy', gloomy / all, all)
    expect(onTopic / all).toBeGreaterThanOrEqual(0.95)
    expect(gloomy / all).toBeGreaterThanOrEqual(0.9)
  })
})

/** Fifty happy stories of the sea, written from the left. */
async function happyStories(): Promise<string[]> {
  const texts: string[] = []
  for (let index = 0; index < 50; index++) {
    const blank = { ...(await canvasOf(model, [])), parts: [{ hole: 80 }] }
    const { canvas: tokens } = await model.diffuse({
      prompt: await promptOf('Tell me a happy story about the sea.'),
      canvas: placesOf(blank),
      steps: 80,
      order: 'left',
      temperature: 0.7,
      seed: seedOf(index),
    })
    texts.push((await closeCanvas(model, blank, tokens)).text)
  }
  return texts
}

async function renoise(text: string, strength: number, seed: number): Promise<string> {
  const whole = await canvasOf(model, await cutHoles(model, text, []))
  const places = [...placesOf(whole).keys()]
  const canvas = await hidePlaces(
    model,
    text,
    whole,
    drawSome(places, Math.round(strength * places.length), seed),
  )
  const { canvas: tokens } = await model.diffuse({
    prompt: await promptOf('Tell me a gloomy story about the sea.'),
    canvas: placesOf(canvas),
    steps: Math.max(6, Math.round(60 * strength)),
    temperature: 0.7,
    seed,
  })
  return (await closeCanvas(model, canvas, tokens)).text
}

/** Share of the words of one text that are not, in their order, in the other. */
function wordsChanged(before: string, after: string): number {
  const [a, b] = [before, after].map((text) => text.toLowerCase().match(/[\p{L}'-]+/gu) ?? [])
  const common = longestCommon(a!, b!)
  return 1 - common / Math.max(a!.length, b!.length, 1)
}

function longestCommon(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, () => 0)
  for (const word of a) {
    const next = [0]
    for (const [at, other] of b.entries())
      next.push(word === other ? row[at]! + 1 : Math.max(row[at + 1]!, next[at]!))
    row = next
  }
  return row.at(-1)!
}
