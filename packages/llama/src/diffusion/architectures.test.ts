import { loadNative, type Native } from '@woolgather/ggml'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLlama } from '../create-llama.ts'
import { CanvasContext, type CanvasText } from '../native/canvas-context.ts'
import { NativeModel } from '../native/native-model.ts'
import { diffusers, referenceLogits, writeTinyDiffuser } from '../testing/tiny-diffusers.ts'
import { someTokens, temporaryFolder } from '../testing/native-model.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let native: Native
beforeAll(async () => {
  folder = await temporaryFolder()
  native = await loadNative({ gpu: 'cpu' })
})
afterAll(() => folder[Symbol.asyncDispose]())

/** All logits of a text. */
const whole = (tokens: readonly number[]): CanvasText => ({ tokens, rows: [...tokens.keys()] })

/** The largest difference of two lists of numbers. */
function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length)
  let most = 0
  for (let at = 0; at < a.length; at++) most = Math.max(most, Math.abs(a[at]! - b[at]!))
  return most
}

test.each(diffusers)(
  '%s gives the logits of the plain forward pass, alone and beside texts of other lengths',
  async (kind) => {
    const file = path.join(folder.path, `${kind}.gguf`)
    const weights = writeTinyDiffuser(file, kind)
    const model = await NativeModel.load(native, { path: file, gpuLayers: 0 })
    try {
      await using context = await CanvasContext.create(native, model, {
        contextSize: 64,
        sequences: 3,
        exact: true,
        threads: 1,
      })
      const texts = [someTokens(9, 1), someTokens(20, 2), someTokens(14, 3)]
      const alone: Float32Array[] = []
      for (const text of texts) {
        const [rows] = (await context.decode([whole(text)]))!
        const logits = Float32Array.from(rows!.flatMap((row) => [...row]))
        expect(apart(logits, referenceLogits(kind, weights, text).flat())).toBeLessThan(1e-3)
        alone.push(logits)
      }
      const together = (await context.decode(texts.map(whole)))!.flat().flatMap((row) => [...row])
      expect(
        apart(
          together,
          alone.flatMap((logits) => [...logits]),
        ),
      ).toBeLessThan(1e-4)
    } finally {
      await model.dispose()
    }
  },
)

test.each(diffusers)(
  '%s fills a canvas, its rows shifted where the file does not say otherwise',
  async (kind) => {
    const file = path.join(folder.path, `${kind}.gguf`)
    writeTinyDiffuser(file, kind)
    await using llama = await createLlama({ gpu: 'cpu', threads: 1 })
    const model = await llama.loadModel({ path: file })
    expect(model.info.diffusion).toMatchObject({ shifted: true, shiftAssumed: kind.startsWith('llada') })
    const canvas = [5, null, null, 6, null]
    const { canvas: filled } = await model.diffuse({ prompt: { text: 'ab' }, canvas, steps: 3, seed: 1 })
    expect(filled.map((token, place) => (canvas[place] === null ? null : token))).toEqual(canvas)
  },
)

test('a mixture of experts without experts is refused before it would end the process', async () => {
  const file = path.join(folder.path, 'none.gguf')
  writeTinyDiffuser(file, 'llada-moe', { experts: 0 })
  await using llama = await createLlama({ gpu: 'cpu', threads: 1 })
  await expect(llama.loadModel({ path: file })).rejects.toMatchObject({ code: 'model-unreadable' })
})
