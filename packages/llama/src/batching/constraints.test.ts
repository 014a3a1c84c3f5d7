import { expect, test } from 'vitest'
import type { FinishingConstraint, GenerationConstraint } from '../contract/interface.ts'
import type { ResidentModel } from '../resident/resident-model.ts'
import { endless, loadTestModel, someTokens } from '../testing/native-model.ts'
import { generate } from '../requests/generate.ts'

/** Allows the tokens of each list in turn, then nothing. */
class Turns implements GenerationConstraint {
  readonly #turns: readonly number[][]
  readonly accepted: number[] = []

  constructor(turns: readonly number[][]) {
    this.#turns = turns
  }

  get isComplete(): boolean {
    return this.accepted.length === this.#turns.length
  }

  allowed(mask: Uint32Array): number {
    mask.fill(0)
    const tokens = this.#turns[this.accepted.length] ?? []
    for (const token of tokens) mask[token >>> 5]! |= 1 << (token & 31)
    return tokens.length
  }

  accept(token: number): boolean {
    if (!this.#turns[this.accepted.length]?.includes(token)) return false
    this.accepted.push(token)
    return true
  }
}

const prompt = { tokens: someTokens(20, 1) }
const letters = Array.from({ length: 26 }, (_, index) => 97 + index)
const most = (model: ResidentModel): number[] =>
  Array.from({ length: model.info.vocabSize - 20 }, (_, index) => index).filter((token) => token % 7 !== 3)

test('only what is allowed is written, few tokens or many, and the text ends when nothing may follow', async () => {
  await using loaded = await loadTestModel()
  const { model } = loaded
  for (let seed = 0; seed < 20; seed++) {
    const turns = [letters, most(model), [97], most(model), letters]
    const constraint = new Turns(turns)
    const sampling = { temperature: 3, topK: 0, minP: 0, topP: 1 }
    const result = await generate(model, { prompt, seed, constraint, sampling })
    expect(result.tokens).toEqual(constraint.accepted)
    expect(result.tokens.every((token, index) => turns[index]!.includes(token))).toBe(true)
    expect(result).toMatchObject({ stopReason: 'complete', incomplete: false })
  }
})

test('a constraint that allows everything changes nothing', async () => {
  await using loaded = await loadTestModel()
  const { model } = loaded
  const all = Array.from({ length: model.info.vocabSize }, (_, token) => token)
  const request = { prompt, seed: 4, maxTokens: 8, sampling: { logitBias: endless(model) } }
  const plain = await generate(model, request)
  const constrained = await generate(model, { ...request, constraint: new Turns(Array(9).fill(all)) })
  expect(constrained.tokens).toEqual(plain.tokens)
  expect([plain.incomplete, constrained.incomplete]).toEqual([undefined, true])
})

test('requests that share a row of logits each have their own mask', async () => {
  await using loaded = await loadTestModel()
  const { model } = loaded
  const sampling = { temperature: 3, topK: 0, minP: 0, topP: 1 }
  const shared = { tokens: someTokens(80, 9) }
  const results = await Promise.all(
    Array.from({ length: 12 }, (_, seed) => {
      const turns = seed % 3 === 0 ? most(model) : [97 + seed]
      return generate(model, { prompt: shared, seed, sampling, constraint: new Turns([turns]) })
    }),
  )
  results.forEach(({ tokens }, seed) => {
    if (seed % 3 === 0) expect(most(model)).toContain(tokens[0])
    else expect(tokens).toEqual([97 + seed])
  })
})

test('an end token ends the text where the constraint allows it', async () => {
  await using loaded = await loadTestModel()
  const { model } = loaded
  const end = model.vocabulary.endTokens[0]!
  const constraint = new Turns([[97], [end]])
  const result = await generate(model, { prompt, seed: 1, constraint })
  expect(result).toMatchObject({ tokens: [97], stopReason: 'end', incomplete: false })
})

test('the constraint holds for a mix, and goes before the plausibility cut', async () => {
  await using loaded = await loadTestModel()
  const { model } = loaded
  const terms = [
    { prompt, coefficient: 1.5 },
    { prompt: { tokens: someTokens(30, 2) }, coefficient: -0.5 },
  ]
  const constraint = new Turns([[98], [99], letters])
  const result = await generate(model, { prompt: { terms, plausibility: 1 }, seed: 1, constraint })
  expect(result.tokens.slice(0, 2)).toEqual([98, 99])
  expect(result.stopReason).toBe('complete')
})

test('a dead end is an error, and so is a bias that forbids all that is allowed', async () => {
  await using loaded = await loadTestModel()
  const { model } = loaded
  const dead = generate(model, { prompt, seed: 1, constraint: new Turns([[97], []]) })
  await expect(dead).rejects.toMatchObject({ code: 'constraint-dead-end' })
  const sampling = { logitBias: [{ token: 97, bias: -Infinity }] }
  const forbidden = generate(model, { prompt, seed: 1, sampling, constraint: new Turns([[97]]) })
  await expect(forbidden).rejects.toMatchObject({ code: 'invalid-sampling' })
})

/** Lists of letters in brackets, one token a byte: `[`, any letters, `]`. */
class Brackets implements FinishingConstraint {
  readonly written: number[] = []
  readonly #ends: readonly number[]
  readonly #canGoOn: boolean
  constructor(ends: readonly number[], canGoOn: boolean) {
    this.#ends = ends
    this.#canGoOn = canGoOn
  }
  get #isOpen(): boolean {
    return this.written.at(-1) !== 93 && this.written.length > 0
  }
  get canEnd(): boolean {
    return this.written.at(-1) === 93
  }
  get isComplete(): boolean {
    return this.canEnd && !this.#canGoOn
  }
  avoid(): void {}
  tokensToEnd(): number {
    return this.canEnd ? 0 : this.#isOpen ? 1 : 2
  }
  endsWithin(token: number, left: number): boolean {
    if (this.#ends.includes(token)) return true
    return left > (token === 93 ? 0 : 1)
  }
  allowed(mask: Uint32Array, left?: number): number {
    const all = this.#isOpen ? [...letters, 93] : this.canEnd ? [91, ...this.#ends] : [91]
    const tokens = left === undefined ? all : all.filter((token) => this.endsWithin(token, left))
    mask.fill(0)
    for (const token of tokens) mask[token >>> 5]! |= 1 << (token & 31)
    return tokens.length
  }
  accept(token: number): boolean {
    this.written.push(token)
    return true
  }
}

test('a text that would be cut is ended in time, whatever is wanted, and says so', async () => {
  await using loaded = await loadTestModel()
  const { model } = loaded
  const ends = model.vocabulary.endTokens
  // Against the end: neither a bracket nor an end token is wanted.
  const logitBias = [93, ...ends].map((token) => ({ token, bias: -50 }))
  const sampling = { temperature: 1, topK: 0, minP: 0, topP: 1, logitBias, repeatPenalty: 1.3 }
  for (const maxTokens of [2, 3, 9]) {
    const ask = (finish: boolean): ReturnType<typeof generate> =>
      generate(model, {
        prompt,
        seed: maxTokens,
        maxTokens,
        finish,
        sampling,
        constraint: new Brackets(ends, false),
      })
    const finished = await ask(true)
    expect(finished).toMatchObject({ stopReason: 'finished', incomplete: false })
    expect(finished.tokens).toHaveLength(maxTokens)
    expect(await ask(false)).toMatchObject({ stopReason: 'length', incomplete: true })
  }
  const few = generate(model, {
    prompt,
    seed: 1,
    maxTokens: 1,
    finish: true,
    constraint: new Brackets(ends, false),
  })
  await expect(few).rejects.toMatchObject({
    code: 'too-few-tokens',
    message: expect.stringMatching(/2 tokens.* is 1/) as string,
  })
})

test('a text that has room is the same to the byte, finished or not', async () => {
  await using loaded = await loadTestModel()
  const { model } = loaded
  const ends = model.vocabulary.endTokens
  const sampling = {
    temperature: 1,
    topK: 0,
    minP: 0,
    topP: 1,
    repeatPenalty: 1.2,
    logitBias: [{ token: 93, bias: 4 }],
  }
  for (let seed = 0; seed < 8; seed++) {
    const ask = (finish: boolean): ReturnType<typeof generate> =>
      generate(model, {
        prompt,
        seed,
        maxTokens: 200,
        finish,
        sampling,
        constraint: new Brackets(ends, false),
      })
    const [finished, plain] = [await ask(true), await ask(false)]
    expect(plain.stopReason).toBe('complete')
    expect(finished).toMatchObject({ tokens: plain.tokens, stopReason: 'complete' })
  }
})

test('where the end of the text is forbidden, the last match that fits ends it', async () => {
  await using loaded = await loadTestModel()
  const { model } = loaded
  const ends = model.vocabulary.endTokens
  const logitBias = ends.map((token) => ({ token, bias: -Infinity }))
  const sampling = { temperature: 1, topK: 0, minP: 0, topP: 1, logitBias }
  for (const maxTokens of [2, 3, 5, 8]) {
    const result = await generate(model, {
      prompt,
      seed: maxTokens,
      maxTokens,
      finish: true,
      sampling,
      constraint: new Brackets(ends, true),
    })
    expect(result.tokens.at(-1)).toBe(93)
    expect(result.incomplete).toBe(false)
  }
})

test('the vocabulary is told byte by byte, end tokens too', async () => {
  await using loaded = await loadTestModel()
  const { vocabulary } = loaded.model
  const pieces = await vocabulary.pieces()
  expect(pieces).toHaveLength(loaded.model.info.vocabSize)
  expect(pieces.slice(97, 100).map((bytes) => Buffer.from(bytes).toString())).toEqual(['a', 'b', 'c'])
  expect(vocabulary.endTokens.length).toBeGreaterThan(0)
})

test('where biases forbid every token, that is an error, at any temperature', async () => {
  await using loaded = await loadTestModel()
  const { model } = loaded
  const logitBias = Array.from({ length: model.info.vocabSize }, (_, token) => ({ token, bias: -Infinity }))
  for (const temperature of [0, 1]) {
    const forbidden = generate(model, { prompt, seed: 1, maxTokens: 2, sampling: { temperature, logitBias } })
    await expect(forbidden).rejects.toMatchObject({ code: 'invalid-sampling' })
    const everywhere = new Turns([most(model)])
    const masked = generate(model, {
      prompt,
      seed: 1,
      sampling: { temperature, logitBias },
      constraint: everywhere,
    })
    await expect(masked).rejects.toMatchObject({ code: 'invalid-sampling' })
  }
})
