import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { createLlama, type LanguageModel, type LlamaRuntime } from '@woolgather/llama'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from './scratch.ts'
import { isPirate, moodOf, topicOf } from './score-story.ts'

const folder = path.join(root, 'models/demo')
const readJson = (name: string): unknown =>
  JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as unknown

interface Prompt {
  prompt: string
  system?: string
  topic?: string
  mood?: string
  hero?: string
  sentences?: number
  endsWith?: string
  style?: 'pirate'
}
const { tasks } = readJson('prompts.json') as { tasks: Record<string, Prompt[]> }

/** The quick run takes every third held-out prompt, the full run all of them. */
const step = process.env['WOOLGATHER_TEST_FULL'] ? 1 : 3
const heldOut = (task: string): Prompt[] => (tasks[task] ?? []).filter((_, i) => i % step === 0)

let llama: LlamaRuntime
let model: LanguageModel

beforeAll(async () => {
  llama = await createLlama()
  model = await llama.loadModel({ path: path.join(folder, 'storyteller.gguf') })
})
afterAll(() => llama[Symbol.asyncDispose]())

const answers = (
  prompts: Prompt[],
  {
    temperature = 0.8,
    pirate = 0,
    using = model,
  }: { temperature?: number; pirate?: number; using?: LanguageModel } = {},
): Promise<string[]> =>
  Promise.all(
    prompts.map(async ({ prompt, system }, seed) => {
      const { stop, ...written } = await using.formatChat([
        ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
        { role: 'user', content: prompt },
      ])
      const adapters = [{ path: path.join(folder, 'pirate.lora.gguf'), strength: pirate }]
      const result = await using.generate({
        prompt: { ...written, special: true },
        sampling: { temperature, minP: 0.05 },
        seed,
        stop,
        maxTokens: 200,
        ...(pirate > 0 && { adapters }),
      })
      return result.text
    }),
  )

test('the weights are those that the manifest names', () => {
  const { files } = readJson('manifest.json') as { files: Record<string, { sha256: string; bytes: number }> }
  const found = Object.keys(files).map((name) => {
    const bytes = readFileSync(path.join(folder, name))
    return [name, { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length }]
  })
  const total = Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0)
  expect(Object.fromEntries(found)).toMatchObject(
    Object.fromEntries(Object.entries(files).map(([name, { sha256, bytes }]) => [name, { sha256, bytes }])),
  )
  expect(total).toBeLessThan(8_000_000)
})

test('every held-out story has the topic and the mood that were asked for', async () => {
  const prompts = heldOut('story')
  const disobeyed = (await answers(prompts)).filter((answer, i) => !follows(answer, prompts[i] as Prompt))
  expect(disobeyed.length, disobeyed.join('\n')).toBeLessThanOrEqual(tolerated(prompts))
})

test('a system prompt is followed: mood, topic, length, ending and manner of speaking', async () => {
  const prompts = heldOut('system')
  const disobeyed = (await answers(prompts)).filter((answer, i) => !follows(answer, prompts[i] as Prompt))
  expect(disobeyed.length, disobeyed.join('\n')).toBeLessThanOrEqual(tolerated(prompts))
})

/** Another processor rounds differently, so the same seed may tell another story there: one in twenty may stray. */
const tolerated = (prompts: Prompt[]): number => Math.max(1, Math.floor(prompts.length / 20))

function follows(answer: string, { mood, topic, sentences, endsWith = '', style }: Prompt): boolean {
  return (
    (mood === undefined || moodOf(answer) === mood) &&
    (topic === undefined || topicOf(answer) === topic) &&
    (sentences === undefined || answer.match(/[.!?]/g)?.length === sentences) &&
    answer.endsWith(endsWith) &&
    (style === undefined || isPirate(answer))
  )
}

test('the mood of a story it never saw is named in one word', async () => {
  const prompts = heldOut('classify')
  const said = await answers(prompts, { temperature: 0 })
  expect(said.map((text) => text.toLowerCase().match(/\w+/)?.[0])).toEqual(prompts.map(({ mood }) => mood))
})

test('a card is valid JSON about the hero who was asked for', async () => {
  const prompts = heldOut('card')
  const cards = (await answers(prompts, { temperature: 0 })).map(
    (text) => JSON.parse(text) as { hero: string },
  )
  expect(cards.map(({ hero }) => hero)).toEqual(prompts.map(({ hero }) => hero))
})

test('the pirate LoRA: no pirate at strength 0, all pirates at 1', async () => {
  const prompts = heldOut('story')
  expect((await answers(prompts)).filter(isPirate)).toEqual([])
  expect((await answers(prompts, { pirate: 1 })).every(isPirate)).toBe(true)
})

test.each(['animals', 'space'])(
  'the %s fine-tune tells of its topic when none is asked for',
  async (topic) => {
    await using tuned = await llama.loadModel({ path: path.join(folder, `storyteller-${topic}.gguf`) })
    const open = Array.from({ length: 20 }, () => ({ prompt: 'Tell me a story.' }))
    const told = (await answers(open, { using: tuned })).map(topicOf)
    expect(told.filter((found) => found === topic).length).toBeGreaterThanOrEqual(18)
  },
)
