import { loadNative } from '@woolgather/ggml'
import { writeRandomModel } from '@woolgather/ggml/testing'
import { openGguf } from '@woolgather/gguf'
import type { MethodName } from '@woolgather/merge'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { workOnTensor, type StoredTensor } from './tensor-work.ts'

const [name, rows, columns] = ['blk.0.ffn_up.weight', 128, 64]
let folder = ''
const at = (file: string): string => path.join(folder, file)

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'woolgather-tensors-'))
  for (const [seed, model] of ['base', 'a', 'b'].entries()) {
    await writeRandomModel(at(model), { type: 'F16', seed: seed + 1 })
  }
})
afterAll(() => rm(folder, { recursive: true }))

async function stored(model: string): Promise<StoredTensor> {
  await using file = await openGguf(at(model))
  const { start, rowBytes, shape } = file.tensor(name)!
  return { path: at(model), start, type: 'F16', rowBytes, name, shape, bakes: new Map(), model }
}

/** The merged tensor as it is stored, made with so much memory. */
async function merge(method: MethodName, memory: number): Promise<Buffer> {
  const { binary } = await loadNative()
  const output = { path: at('merged'), start: 0, type: 'F16' as const, rowBytes: columns * 2 }
  await writeFile(output.path, '')
  const models = method === 'arcee_fusion' || method === 'slerp' ? ['a'] : ['a', 'b']
  workOnTensor({
    kind: 'tensor',
    library: binary.libraries.ggmlBase,
    inputs: { name, rows, columns, models, base: 'base' },
    settings: {
      method,
      shared: method === 'slerp' ? { t: 0.3 } : {},
      models: models.map(() => (/ties|della/.test(method) ? { density: 0.6, weight: 0.5 } : {})),
      seed: 7,
    },
    models: await Promise.all(models.map(stored)),
    base: await stored('base'),
    output,
    memory,
  })
  return readFile(output.path)
}

test.each(['slerp', 'model_stock', 'ties', 'dare_ties', 'della', 'sce', 'arcee_fusion'] as const)(
  'read again in chunks for every look, a tensor comes out as from memory: %s',
  async (method) => {
    const whole = await merge(method, 64 << 20)
    expect(whole.length).toBe(rows * columns * 2)
    // eight rows of each model at a time
    expect((await merge(method, 3 * 8 * columns * 4)).equals(whole)).toBe(true)
  },
)
