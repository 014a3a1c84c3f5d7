import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { loadNative, type Native } from '@woolgather/ggml'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLlama } from '../create-llama.ts'
import type { CanvasChange, DiffuseRequest } from '../contract/diffusing.ts'
import { CanvasContext, type CanvasText } from '../native/canvas-context.ts'
import { loadWeights } from '../native/load-weights.ts'
import { NativeModel } from '../native/native-model.ts'
import { writeTinyDiffuser } from '../testing/tiny-diffusers.ts'
import { someTokens, temporaryFolder } from '../testing/native-model.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let native: Native
beforeAll(async () => {
  folder = await temporaryFolder()
  native = await loadNative({ gpu: 'cpu' })
})
afterAll(() => folder[Symbol.asyncDispose]())

function write(...[kind, told]: [kind: 'llada' | 'dream' | 'rnd1', told?: { biases: boolean }]): string {
  const file = path.join(folder.path, `${kind}-${JSON.stringify(told ?? '').length}.gguf`)
  writeTinyDiffuser(file, kind, told)
  return file
}

const hashOf = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex')

const all = (tokens: readonly number[]): CanvasText => ({ tokens, rows: [...tokens.keys()] })

function apart(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  expect(a.length).toBe(b.length)
  return Math.max(...a.flatMap((row, index) => [...row].map((value, at) => Math.abs(value - b[index]![at]!))))
}

describe.each(['llada', 'dream'] as const)(
  '%s read under the label of an architecture with memory',
  (kind) => {
    let file: string
    let models: NativeModel[]
    let plain: CanvasContext
    let remembering: CanvasContext
    beforeAll(async () => {
      file = write(kind)
      models = [
        await NativeModel.load(native, { path: file, gpuLayers: 0 }),
        await loadWeights(native, { path: file, parts: [file], gpuLayers: 0 }),
      ]
      const options = { contextSize: 96, sequences: 3, threads: 1, exact: true }
      plain = await CanvasContext.create(native, models[0]!, options)
      remembering = await CanvasContext.create(native, models[1]!, options)
    })
    afterAll(async () => {
      await plain?.[Symbol.asyncDispose]()
      await remembering?.[Symbol.asyncDispose]()
      for (const model of models ?? []) await model.dispose()
    })

    const copy = async (context: CanvasContext, texts: readonly CanvasText[]): Promise<Float32Array[]> =>
      (await context.decode(texts))!.flat().map((row) => row.slice())

    test('has a memory, and is the file that it was', async () => {
      const before = await hashOf(file)
      expect([plain.remembers, remembering.remembers]).toEqual([false, true])
      expect(models[1]!.architecture).toBe(kind)
      const again = await loadWeights(native, { path: file, parts: [file], gpuLayers: 0 })
      await again.dispose()
      expect(await hashOf(file)).toBe(before)
    })

    test('gives the same logits to 2e-5: alone, beside texts of other lengths, and of some tokens only', async () => {
      const texts = [someTokens(9, 1), someTokens(40, 2), someTokens(14, 3)].map(all)
      const expected = await copy(plain, texts)
      expect(apart(await copy(remembering, texts), expected)).toBeLessThan(2e-5)
      expect(apart(await copy(remembering, [texts[1]!]), expected.slice(9, 49))).toBeLessThan(2e-5)
      const some = [3, 3, 17, 39]
      const few = await copy(remembering, [{ ...texts[1]!, rows: some }])
      expect(
        apart(
          few,
          some.map((row) => expected[9 + row]!),
        ),
      ).toBeLessThan(2e-5)
    })

    test('keeps what was read where it is the same, and reads it again where it is not', async () => {
      const [before, after] = [someTokens(30, 4), someTokens(30, 5)]
      const changed = [...before.slice(0, 20), ...after.slice(20)]
      const rows = [20, 29]
      const exact = await copy(plain, [{ tokens: changed, rows }])
      await copy(remembering, [{ ...all(before), sequence: 1 }])
      const kept = await copy(remembering, [{ tokens: changed, rows, keep: 20, sequence: 1 }])
      // The prefix saw other tokens behind it.
      expect(apart(kept, exact)).toBeGreaterThan(1e-4)
      const other = await copy(remembering, [
        { tokens: [...after.slice(0, 5), ...changed.slice(5)], rows, keep: 20, sequence: 1 },
      ])
      const whole = await copy(plain, [{ tokens: [...after.slice(0, 5), ...changed.slice(5)], rows }])
      expect(apart(other, whole)).toBeLessThan(2e-5)
      await copy(remembering, [{ ...all(changed), sequence: 1 }])
      const same = await copy(remembering, [{ tokens: changed, rows, keep: 20, sequence: 1 }])
      expect(apart(same, exact)).toBeLessThan(2e-5)
    })
  },
)

test('a file that comes out otherwise under that label is read as it is', async () => {
  // Of LLaDA such biases count nothing, of Llama they would.
  const file = write('llada', { biases: true })
  const model = await loadWeights(native, { path: file, parts: [file], gpuLayers: 0 })
  expect(model.label).toBeUndefined()
  await model.dispose()
})

describe('a prefix that is kept', () => {
  const canvas = Array.from({ length: 24 }, () => null)
  const request: DiffuseRequest = {
    prompt: { text: 'abcdefgh' },
    canvas,
    steps: 12,
    blockLength: 8,
    guidance: 1.5,
    temperature: 1,
    seed: 5,
    keepPrefix: true,
  }

  test('gives the same text alone and beside others [R75]; the first step of its first block is exact', async () => {
    await using llama = await createLlama({ gpu: 'cpu', threads: 1 })
    const model = await llama.loadModel({ path: write('llada') })
    const told: CanvasChange[][] = [[], []]
    const kept = await model.diffuse({ ...request, onStep: (change) => told[0]!.push(change) })
    expect(kept.kept).toBe(true)
    const beside = await Promise.all([
      model.diffuse({ ...request, seed: 6 }),
      model.diffuse({ ...request, keepPrefix: false }),
      model.diffuse(request),
      model.diffuse({ ...request, seed: 7, polish: 1 }),
    ])
    expect(beside[2]).toEqual(kept)
    await model.diffuse({ ...request, keepPrefix: false, onStep: (change) => told[1]!.push(change) })
    expect(told[0]![0]).toEqual(told[1]![0])
    expect(beside[1].kept).toBe(false)
  })

  test('is cancelled between steps, and others go on', async () => {
    await using llama = await createLlama({ gpu: 'cpu', threads: 1 })
    const model = await llama.loadModel({ path: write('dream') })
    const abort = new AbortController()
    const cancelled = model.diffuse({ ...request, signal: abort.signal, onStep: () => abort.abort() })
    const other = model.diffuse({ ...request, keepPrefix: false })
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' })
    expect((await other).steps).toBe(12)
  })

  test('is none where the model has no memory, or the prompts do not fit into it together', async () => {
    await using llama = await createLlama({ gpu: 'cpu', threads: 1 })
    const without = await llama.loadModel({ path: write('rnd1') })
    expect(without.info.diffusion?.remembers).toBe(false)
    expect((await without.diffuse(request)).kept).toBe(false)
    const small = await llama.loadModel({ path: write('llada'), contextSize: 48 })
    expect((await small.diffuse(request)).kept).toBe(false)
  })
})
