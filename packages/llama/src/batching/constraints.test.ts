import { expect, test } from 'vitest'
import type { GenerationConstraint } from '../contract/interface.ts'
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

test('the vocabulary is told byte by byte, end tokens too', async () => {
  await using loaded = await loadTestModel()
  const { vocabulary } = loaded.model
  const pieces = await vocabulary.pieces()
  expect(pieces).toHaveLength(loaded.model.info.vocabSize)
  expect(pieces.slice(97, 100).map((bytes) => Buffer.from(bytes).toString())).toEqual(['a', 'b', 'c'])
  expect(vocabulary.endTokens.length).toBeGreaterThan(0)
})
