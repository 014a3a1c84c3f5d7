import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sentencePieceVocabulary, writeRandomModel } from '@woolgather/ggml/testing'
import { createLlama, type LanguageModel, type LlamaRuntime } from '@woolgather/llama'
import { createConstraintCompiler } from '../nodes/steering/constraints/constraint-compiler.ts'
import { biasSettings, resolveBiases } from '../nodes/steering/words/resolve-bias.ts'
import { onlyWords, restrictWords } from '../nodes/steering/words/restrict-words.ts'
import type { WordBias } from '../nodes/steering/words/word-bias.ts'
import { createScratch, type Scratch } from './scratch.ts'

/** Tiny random models: they write nonsense, of which biased words are as likely as all else. */
const size = 640
const pieces = [
  '▁moon',
  'moon',
  '▁Moon',
  'star',
  '▁star',
  '(moon',
  '▁a',
  '▁test',
  'test',
  '🐉',
  '東京',
  'moons',
  '▁the',
  'the',
]
const vocabularies = {
  'SentencePiece with a space before every text': sentencePieceVocabulary(size, pieces, true),
  'SentencePiece without': sentencePieceVocabulary(size, pieces, false),
  'byte pairs': {},
}

let scratch: Scratch
let llama: LlamaRuntime

beforeAll(async () => {
  scratch = await createScratch()
  llama = await createLlama({ gpu: 'cpu' })
})
afterAll(async () => {
  await llama[Symbol.asyncDispose]()
  await scratch[Symbol.asyncDispose]()
})

describe.each(Object.entries(vocabularies))('%s', (name, metadata) => {
  let model: LanguageModel
  const compile = createConstraintCompiler()

  beforeAll(async () => {
    const path = scratch.path(`${name}.gguf`)
    await writeRandomModel(path, { vocabSize: size, layers: 1, metadata })
    model = await llama.loadModel({ path, contextSize: 2048 })
  })
  afterAll(() => model[Symbol.asyncDispose]())

  const { signal } = new AbortController()

  /** What is written under biases and, where given, a regex, by eight seeds. */
  const write = async (bias: WordBias[], pattern?: string, maxTokens = 12): Promise<string[]> => {
    const sources = [...(pattern === undefined ? [] : [{ kind: 'regex' as const, pattern }]), onlyWords(bias)]
    return await Promise.all(
      Array.from({ length: 8 }, async (_, seed) => {
        const compiled = await Promise.all(
          sources.flatMap((one) => (one ? [compile(model, one, signal)] : [])),
        )
        const states = compiled.map((one) => one.start())
        const constraint = await restrictWords(model, states, bias, 'a')
        const sampling = { ...biasSettings(model, bias), topK: 0, topP: 1, minP: 0 }
        const request = { prompt: { text: 'a' }, seed, maxTokens, sampling }
        return (await model.generate({ ...request, ...(constraint && { constraint }) })).text
      }),
    )
  }

  test('“never” keeps a word out however it may be split, behind any sign, and leaves a way on', async () => {
    const texts = await write(
      [{ text: 'moon', weight: 'never' }],
      String.raw`[(\["“—.]?( ?(moon|star|Moon|moonlight)[)\]".])+`,
      40,
    )
    expect(texts.join('')).toMatch(/star|moonlight/)
    for (const text of texts) expect(text).not.toMatch(/moon(?!light)/i)
  })

  test('“never” knows the words that the prompt began, and lets parts of other words be', async () => {
    const never = [{ text: 'amoon', weight: 'never' as const }]
    expect(new Set(await write(never, 'moon|star'))).toEqual(new Set(['star']))
    expect(await write([{ text: 'oo', weight: 'never' }], 'moon')).toEqual(Array(8).fill('moon'))
  })

  test('“never” keeps emoji and words without spaces between them out, of which each byte may be a token', async () => {
    const never = (['🐉', '東京', '!'] as const).map((text) => ({ text, weight: 'never' as const }))
    const texts = await write(never, '(🐉|東京都|🐈|!|a|東西){3}', 60)
    for (const text of texts) expect(text).toMatch(/^(🐈|a|東西){3}$/)
  })

  test('an answer without a word ends in time all the same', async () => {
    const states = [
      (await compile(model, { kind: 'regex', pattern: '(moon |star ){1,40}(moon|star)' }, signal)).start(),
    ]
    const never = [{ text: 'moon', weight: 'never' as const }]
    const constraint = await restrictWords(model, states, never, '')
    const sampling = { temperature: 1.5, topK: 0, topP: 1, minP: 0 }
    const asked = { prompt: { text: 'a' }, seed: 3, maxTokens: 30, sampling, finish: true }
    const { text } = await model.generate({ ...asked, ...(constraint && { constraint }) })
    expect(text).toMatch(/^(star )+star$/)
  })

  test('“only” writes whole words with a space between them, and at least one', async () => {
    const only = ['moon', 'café', '東京', '🐉'].map((text) => ({ text, weight: 'only' as const }))
    for (const text of await write(only, undefined, 40)) {
      expect(text).toMatch(/^ ?([Mm]oon|[Cc]afé|東京|🐉)( ([Mm]oon|[Cc]afé|東京|🐉))*( .{0,4})?$/u)
    }
  })

  test('“only” of words as typed puts nothing between them', async () => {
    const only = [{ text: 'a+', weight: 'only', exact: true } as const]
    for (const text of await write(only)) expect(text).toMatch(/^(a\+)+a?$/)
  })

  test('a weight makes the word likelier with its space, and as typed without', async () => {
    const free = await write([{ text: 'the', weight: 60 }], undefined, 3)
    for (const text of free) expect(text).toMatch(/the/i)
    const forms = (text: string): number[][] =>
      resolveBiases(model, [{ text, weight: 1, exact: true }])[0]!.forms.map(({ tokens }) => tokens)
    const written = model.tokenize('\n test', { addBos: false })
    for (const tokens of forms(' test')) expect(written.slice(-tokens.length)).toEqual(tokens)
    for (const tokens of forms('test')) expect(model.detokenize(tokens)).toBe('test')
    expect(new Set(forms('test').map(String))).not.toEqual(new Set(forms(' test').map(String)))
  })
})
