import { dequantizeRows, loadNative, type TensorType } from '@woolgather/ggml'
import { byteVocabulary, writeGguf } from '@woolgather/ggml/testing'
import { ggmlTypes, openGguf } from '@woolgather/gguf'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readFloats, writeFloats, type Device } from '../model/base-model.ts'
import { openTrainer, randomExamples } from '../testing/open-trainer.ts'
import { writeRandomArchitecture } from '../testing/random-architecture.ts'
import { randomFrom } from './examples.ts'
import type { Trainer } from './trainer.ts'

let folder = ''
const at = (name: string): string => path.join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'woolgather-train-'))
  await Promise.all(
    architectures.map((architecture) =>
      writeRandomArchitecture(at(`${architecture}.gguf`), {
        architecture,
        window: 6,
        layers: 7 - 5 * Number(architecture !== 'gemma3'),
      }),
    ),
  )
})
afterAll(() => rm(folder, { recursive: true }))

const architectures = ['llama', 'qwen2', 'qwen3', 'gemma', 'gemma2', 'gemma3', 'phi3'] as const
const examples = randomExamples([9, 14, 6])

/** B as if it had been trained: while it is zero, A has no gradient. */
function shakeB({ state }: Trainer, device: Device): void {
  for (const [index, { name, value }] of state.parameters.entries()) {
    if (!name.endsWith('.lora_b')) continue
    const random = randomFrom(7, index)
    writeFloats(
      device,
      value,
      Float32Array.from({ length: value.shape[0] * value.shape[1] }, () => 0.2 * random() - 0.1),
    )
  }
}

function gradients({ state }: Trainer, device: Device): Map<string, Float32Array> {
  return new Map(state.parameters.map(({ name, gradient }) => [name, readFloats(device, gradient)]))
}

/** The same model with its numbers as floats. */
async function dequantise(from: string, to: string): Promise<void> {
  const { api } = await loadNative({ gpu: 'cpu' })
  await using file = await openGguf(from)
  const tensors = await Promise.all(
    file.tensors.map(async (tensor) => {
      const bytes = await file.readRows(tensor, 0, tensor.rows)
      const type = ggmlTypes.get(tensor.type)!.name as TensorType
      const values = dequantizeRows(api, type, bytes, tensor.shape[0]!)
      return {
        ...{ name: tensor.name, type: 'F32' as const, shape: [...tensor.shape], bytes: values.length * 4 },
        data: () => new Uint8Array(values.buffer),
      }
    }),
  )
  const { metadata } = file.header
  const keep = [...metadata].filter(([key]) => key.startsWith('llama.') || key === 'general.architecture')
  const values = keep.map(([key, value]) => [
    key,
    typeof value === 'string'
      ? { text: value }
      : /epsilon|base/.test(key)
        ? { f32: value as number }
        : { u32: value as number },
  ])
  writeGguf(to, { ...Object.fromEntries(values), ...byteVocabulary(320) }, tensors)
}

/** How far two lists of numbers point the same way and are as long: 0 where they are the same. */
function apart(a: Float32Array, b: Float32Array): number {
  let [difference, length] = [0, 0]
  for (let index = 0; index < a.length; index++) {
    difference += (a[index]! - b[index]!) ** 2
    length += b[index]! ** 2
  }
  return Math.sqrt(difference / Math.max(length, 1e-30))
}

describe.each(architectures)('of %s', (architecture) => {
  test('what is computed is what llama.cpp computes', async () => {
    await using opened = await openTrainer(at(`${architecture}.gguf`))
    expect(await opened.parity()).toBeLessThan(1e-3)
  })

  test('gradients are what the loss does when factors are moved, for every kind of factor', async () => {
    await using opened = await openTrainer(at(`${architecture}.gguf`))
    const { trainer, device } = opened
    shakeB(trainer, device)
    trainer.addGradients(examples)
    const own = gradients(trainer, device)
    const kindOf = (name: string): string => name.replace(/^blk\.\d+\./, '')
    const kinds = new Set(trainer.state.parameters.map(({ name }) => kindOf(name)))
    expect(kinds.size).toBe(architecture === 'phi3' ? 8 : 14)
    for (const kind of kinds) {
      const parameters = trainer.state.parameters.filter(({ name }) => kindOf(name) === kind)
      const before = parameters.map(({ value }) => readFloats(device, value))
      const length = Math.hypot(...parameters.map(({ name }) => Math.hypot(...own.get(name)!)))
      // Along its own gradient the loss changes most, so that rounding counts least.
      const step = 0.05 / length
      const lossAt = (side: number): number => {
        for (const [index, { name, value }] of parameters.entries()) {
          const gradient = own.get(name)!
          writeFloats(
            device,
            value,
            before[index]!.map((number, place) => number + side * step * gradient[place]!),
          )
        }
        return trainer.evaluate(examples)
      }
      // Of fourth order: the step may be long, which the half floats that gelu is looked up by ask for.
      const slope = (8 * (lossAt(1) - lossAt(-1)) - (lossAt(2) - lossAt(-2))) / (12 * step)
      lossAt(0)
      expect(slope / length ** 2, kind).toBeCloseTo(1, 1)
    }
  })
})

test.each<[string, 'llama' | 'phi3' | 'qwen3', Parameters<typeof writeRandomArchitecture>[1]['figures']]>([
  [
    'stretched by YaRN',
    'qwen3',
    {
      'rope.scaling.type': { text: 'yarn' },
      'rope.scaling.factor': { f32: 4 },
      'rope.scaling.original_context_length': { u32: 128 },
    },
  ],
  [
    'stretched evenly',
    'llama',
    { 'rope.scaling.type': { text: 'linear' }, 'rope.scaling.factor': { f32: 2 } },
  ],
  [
    'read beyond what it was made for at first',
    'phi3',
    { 'rope.scaling.original_context_length': { u32: 64 }, 'rope.scaling.attn_factor': { f32: 1.2 } },
  ],
])('a context that is %s turns as in llama.cpp', async (name, architecture, figures) => {
  const file = at(`${name}.gguf`)
  await writeRandomArchitecture(file, { architecture, figures: figures! })
  await using opened = await openTrainer(file)
  expect(await opened.parity()).toBeLessThan(1e-3)
})

test('what adapters are blind to is drawn anew for each step, the same each time, and nothing of it stays in what is evaluated', async () => {
  const learn = async (
    dropout: number,
    seed = 1,
  ): Promise<{ first: number; second: number; plain: number }> => {
    await using opened = await openTrainer(at('llama.gguf'), { dropout, seed })
    shakeB(opened.trainer, opened.device)
    const [first, second] = [1, 2].map((step) => opened.trainer.addGradients(examples, step).loss)
    return { first: first!, second: second!, plain: opened.trainer.evaluate(examples) }
  }
  const [without, half] = [await learn(0), await learn(0.5)]
  expect(without.first).toBe(without.second)
  expect(half.plain).toBe(without.plain)
  expect(new Set([half.first, half.second, half.plain]).size).toBe(3)
  expect(await learn(0.5)).toEqual(half)
})

test('gradients are those of what was read, blind spots and all', async () => {
  await using opened = await openTrainer(at('llama.gguf'), { dropout: 0.3, checkpoints: true })
  const { trainer, device } = opened
  shakeB(trainer, device)
  trainer.addGradients(examples, 1)
  const own = gradients(trainer, device)
  const parameters = trainer.state.parameters.filter(({ name }) => name.includes('ffn_down'))
  const before = parameters.map(({ value }) => readFloats(device, value))
  const length = Math.hypot(...parameters.map(({ name }) => Math.hypot(...own.get(name)!)))
  const step = 0.02 / length
  const [less, more] = [-1, 1].map((side) => {
    for (const [index, { name, value }] of parameters.entries()) {
      const moved = before[index]!.map((number, place) => number + side * step * own.get(name)![place]!)
      writeFloats(device, value, moved)
    }
    return trainer.addGradients(examples, 1).loss
  })
  expect((more! - less!) / (2 * step) / length ** 2).toBeCloseTo(1, 1)
})

test('packed into rows, examples give the gradients that they give alone', async () => {
  const many = randomExamples([30, 8, 9, 12, 7, 10], 3)
  const found = await Promise.all(
    [true, false].map(async (packs) => {
      await using opened = await openTrainer(at('gemma3.gguf'), { batch: 6 }, { packs })
      shakeB(opened.trainer, opened.device)
      const { loss } = opened.trainer.addGradients(many)
      return { loss, gradients: gradients(opened.trainer, opened.device) }
    }),
  )
  const [packed, alone] = found as [(typeof found)[0], (typeof found)[0]]
  expect(packed.loss).toBeCloseTo(alone.loss, 4)
  for (const [name, gradient] of packed.gradients)
    expect(apart(gradient, alone.gradients.get(name)!), name).toBeLessThan(1e-3)
})

test('one example learns nothing of what another in its row says [R77]', async () => {
  const [first, second, third] = randomExamples([20, 8, 9], 5)
  await using opened = await openTrainer(at('llama.gguf'), { batch: 3 })
  const silent = { ...first!, weights: first!.weights.map(() => 0) }
  const other = { ...silent, tokens: silent.tokens.map((token) => (token + 17) % 300) }
  const losses = [silent, other].map((own) => opened.trainer.evaluate([own, second!, third!]))
  expect(losses[0]).toBe(losses[1])
})

test('a batch cut into parts, and blocks that are computed twice, give the same gradients to the last digit or nearly', async () => {
  const many = randomExamples([12, 16, 9, 14], 4)
  const of = async (settings: Parameters<typeof openTrainer>[1]): Promise<Map<string, Float32Array>> => {
    await using opened = await openTrainer(at('qwen3.gguf'), settings)
    shakeB(opened.trainer, opened.device)
    opened.trainer.addGradients(many)
    return gradients(opened.trainer, opened.device)
  }
  const whole = await of({ batch: 4 })
  for (const [name, gradient] of await of({ batch: 4, checkpoints: true }))
    expect([...gradient], name).toEqual([...whole.get(name)!])
  for (const [name, gradient] of await of({ batch: 1 }))
    expect(apart(gradient, whole.get(name)!), name).toBeLessThan(1e-4)
})

test.each(['Q4_K', 'Q6_K', 'Q8_0'] as const)(
  'on %s the gradients are those of its numbers in floats, as far as reading rounds',
  async (type) => {
    const [quantised, floats] = [at(`${type}.gguf`), at(`${type}-floats.gguf`)]
    await writeRandomArchitecture(quantised, { architecture: 'llama', type, width: 256, layers: 1 })
    await dequantise(quantised, floats)
    const found = await Promise.all(
      [quantised, floats].map(async (file) => {
        await using opened = await openTrainer(file)
        shakeB(opened.trainer, opened.device)
        const { loss } = opened.trainer.addGradients(examples)
        return { loss, gradients: gradients(opened.trainer, opened.device) }
      }),
    )
    const [own, wanted] = found as [(typeof found)[0], (typeof found)[0]]
    expect(Math.abs(own.loss / wanted.loss - 1)).toBeLessThan(0.02)
    for (const [name, gradient] of own.gradients)
      expect(apart(gradient, wanted.gradients.get(name)!), name).toBeLessThan(0.15)
  },
)

test('steps make the loss fall, the same each time, and the first leaves the model unchanged', async () => {
  const learn = async (): Promise<number[]> => {
    await using opened = await openTrainer(at('llama.gguf'))
    const plain = opened.trainer.evaluate(examples)
    const losses = Array.from({ length: 8 }, (_, step) => opened.trainer.step(step + 1, examples).loss)
    expect(losses[0]).toBeCloseTo(plain, 5)
    return losses
  }
  const losses = await learn()
  expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]!)
  expect(await learn()).toEqual(losses)
})

test('a gradient that is too long is shortened, and only then', async () => {
  const movedBy = async (clip: number): Promise<{ length: number; moved: number }> => {
    await using opened = await openTrainer(at('llama.gguf'), { clip })
    const { gradient } = opened.trainer.step(1, examples)
    const { mean } = opened.trainer.state.parameters.find(({ name }) => name.endsWith('.lora_b'))!
    return { length: gradient, moved: Math.hypot(...readFloats(opened.device, mean)) }
  }
  const [free, wide, narrow] = [await movedBy(0), await movedBy(1e6), await movedBy(1e-3)]
  expect(wide).toEqual(free)
  expect(narrow.moved / free.moved).toBeCloseTo(1e-3 / free.length, 4)
})

test('25 trainings one after another leave no memory behind', async () => {
  const take = async (): Promise<number> => {
    await using opened = await openTrainer(at('gemma3.gguf'))
    opened.trainer.step(1, examples)
    return process.memoryUsage.rss()
  }
  const growth = async (): Promise<number> => {
    const before = await take()
    for (let build = 0; build < 25; build++) await take()
    return (await take()) - before
  }
  for (let warm = 0; warm < 5; warm++) await take()
  // What leaks grows every time; other tests of this process may have it grow once.
  expect(Math.min(await growth(), await growth())).toBeLessThan(16_000_000)
})
