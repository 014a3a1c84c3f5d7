import { writeRandomModel } from '@woolgather/ggml/testing'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareModels } from './compare-models.ts'

let folder = ''
const at = (name: string): string => path.join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'woolgather-compare-'))
  await writeRandomModel(at('f32.gguf'))
  await writeRandomModel(at('q8.gguf'), { type: 'Q8_0' })
  await writeRandomModel(at('other.gguf'), { seed: 2 })
  await writeRandomModel(at('deep.gguf'), { layers: 3 })
  await writeRandomModel(at('wide.gguf'), {
    embeddingSize: 96,
    heads: 6,
    kvHeads: 3,
    feedForwardSize: 192,
    vocabSize: 352,
  })
})
afterAll(() => rm(folder, { recursive: true }))

const compare = (first: string, second: string, filter = ''): ReturnType<typeof compareModels> =>
  compareModels(at(first), at(second), { filter, signal: new AbortController().signal, onProgress: () => {} })

test('a model is like itself in every tensor', async () => {
  const { tensors, whole } = await compare('f32.gguf', 'f32.gguf')
  expect(whole).toEqual({ cosine: 1, relativeDifference: 0, signAgreement: 1, largestDifference: 0 })
  expect(new Set(tensors.map(({ likeness }) => likeness?.relativeDifference))).toEqual(new Set([0]))
})

test('a quantised copy differs by its rounding, an unrelated model altogether', async () => {
  const quantised = await compare('f32.gguf', 'q8.gguf', 'attn_q')
  expect(quantised.tensors.map(({ name, types }) => [name, types])).toEqual([
    ['blk.0.attn_q.weight', ['F32', 'Q8_0']],
    ['blk.1.attn_q.weight', ['F32', 'Q8_0']],
  ])
  expect(quantised.whole.relativeDifference).toBeGreaterThan(0)
  expect(quantised.whole.relativeDifference).toBeLessThan(0.01)
  const { whole } = await compare('f32.gguf', 'other.gguf', 'attn_q')
  expect(Math.abs(whole.cosine)).toBeLessThan(0.1)
  expect(whole.signAgreement).toBeCloseTo(0.5, 1)
})

test('tensors that only one model has are listed with the reason', async () => {
  const { tensors } = await compare('f32.gguf', 'deep.gguf', 'attn_q')
  expect(tensors.map(({ name, likeness, reason }) => [name, likeness?.cosine, reason])).toEqual([
    ['blk.0.attn_q.weight', expect.any(Number), undefined],
    ['blk.1.attn_q.weight', expect.any(Number), undefined],
    ['blk.2.attn_q.weight', undefined, 'only in model B'],
  ])
})

test('models without a tensor of one shape are refused with an example', async () => {
  await expect(compare('f32.gguf', 'wide.gguf')).rejects.toMatchObject({
    code: 'merge-impossible',
    message: 'These models have no tensor in common: token_embd.weight is 96 × 352 in model B.',
  })
  await expect(compare('f32.gguf', 'q8.gguf', 'atn')).rejects.toMatchObject({
    message: 'No tensor of these models is called “…atn…”.',
  })
})

test('it stops when it is cancelled', async () => {
  const options = { filter: '', signal: AbortSignal.abort(), onProgress: () => {} }
  await expect(compareModels(at('f32.gguf'), at('f32.gguf'), options)).rejects.toThrow('aborted')
})
