import {
  randomValues,
  writeGguf,
  writeRandomLora,
  writeRandomModel,
  type GgufTensor,
  type GgufValue,
} from '@woolgather/ggml/testing'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkAdapterFile } from './check-adapter-file.ts'

let folder = ''
const at = (name: string): string => path.join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'woolgather-adapters-'))
  await writeRandomModel(at('model.gguf'))
})
afterAll(() => rm(folder, { recursive: true }))

const alpha: Record<string, GgufValue> = { 'adapter.lora.alpha': { f32: 4 } }

function tensor(name: string, shape: readonly number[]): GgufTensor {
  const count = shape.reduce((product, size) => product * size, 1)
  const data = (): Uint8Array => new Uint8Array(randomValues(1, count, 1).buffer)
  return { name, type: 'F32', shape, bytes: count * 4, data }
}
const pair = (target: string, a: readonly number[], b: readonly number[]): GgufTensor[] => [
  tensor(`${target}.lora_a`, a),
  tensor(`${target}.lora_b`, b),
]
const query = pair('blk.0.attn_q.weight', [64, 4], [4, 64])

function check(
  tensors: readonly GgufTensor[],
  metadata: Record<string, GgufValue> = alpha,
  architecture = 'llama',
  model = 'model.gguf',
): Promise<void> {
  const kind = { 'general.type': { text: 'adapter' }, 'adapter.type': { text: 'lora' } }
  writeGguf(
    at('lora.gguf'),
    { 'general.architecture': { text: architecture }, ...kind, ...metadata },
    tensors,
  )
  return checkAdapterFile(at('lora.gguf'), at(model))
}
const refusal = (message: string): object => ({
  code: 'adapter-mismatch',
  message: `${at('lora.gguf')} ${message}`,
})

test('a LoRA for the model is taken, with an alpha or without', async () => {
  await writeRandomLora(at('fits.gguf'))
  await expect(checkAdapterFile(at('fits.gguf'), at('model.gguf'))).resolves.toBeUndefined()
  await expect(check(query, {})).resolves.toBeUndefined()
})

test.each([
  ['4', { u32: 4 }],
  ['null', { f32: Infinity }],
  ['"4"', { text: '4' }],
] as [string, GgufValue][])(
  'an alpha that llama.cpp ends over, or counts wrong, is refused: %s',
  async (told, value) => {
    await expect(check(query, { 'adapter.lora.alpha': value })).rejects.toMatchObject(
      refusal(`cannot be applied: its alpha, ${told}, is not stored as a 32-bit float.`),
    )
  },
)

test('an activated LoRA, which would count for tokens that it is not for, is refused', async () => {
  await expect(
    check(query, { ...alpha, 'adapter.alora.invocation_tokens': { i32s: [1, 2] } }),
  ).rejects.toMatchObject(
    refusal(
      'cannot be applied: it is an activated LoRA (aLoRA), which is to count only from its invocation on.',
    ),
  )
})

test('a whole tensor, which llama.cpp leaves out without a word, is refused', async () => {
  await expect(check([...query, tensor('blk.0.attn_norm.weight', [64])])).rejects.toMatchObject(
    refusal('cannot be applied: it holds blk.0.attn_norm.weight, which is no factor of a LoRA.'),
  )
})

test('half a pair is refused', async () => {
  await expect(check(query.slice(1))).rejects.toMatchObject(
    refusal('cannot be applied: it holds blk.0.attn_q.weight.lora_b, but no blk.0.attn_q.weight.lora_a.'),
  )
})

test.each([
  ['ranks', [64, 4], [8, 64], '64 × 4 and 8 × 64'],
  ['experts', [64, 4, 2], [4, 64, 2], '64 × 4 × 2 and 4 × 64 × 2'],
])('factors that fit each other or the model not at all are refused: %s', async (_title, a, b, told) => {
  await expect(check(pair('blk.0.attn_q.weight', a, b))).rejects.toMatchObject(
    refusal(`cannot be applied: its factors of blk.0.attn_q.weight are ${told}.`),
  )
})

test('factors of whole numbers, which nothing multiplies, are refused', async () => {
  const numbers = query.map((factor): GgufTensor => ({ ...factor, type: 'I32' }))
  await expect(check(numbers)).rejects.toMatchObject(
    refusal('cannot be applied: blk.0.attn_q.weight.lora_a is I32.'),
  )
})

test.each([
  ['deepseek2', 'blk.0.attn_k_b.weight', 'passes over'],
  ['deepseek2', 'output.weight', 'passes over'],
  ['mamba', 'blk.0.ssm_conv1d.weight', 'passes over'],
  ['glm4', 'blk.0.attn_output.weight', 'ends over'],
])(
  'a LoRA of which llama.cpp would add but a part is refused: %s, %s',
  async (architecture, target, what) => {
    writeGguf(at('other.gguf'), { 'general.architecture': { text: architecture } }, [
      tensor(target, [64, 64]),
      tensor('blk.0.ffn_up.weight', [64, 64]),
    ])
    const more = [...pair('blk.0.ffn_up.weight', [64, 4], [4, 64]), ...pair(target, [64, 4], [4, 64])]
    await expect(check(more, alpha, architecture, 'other.gguf')).rejects.toMatchObject(
      refusal(`changes ${target}, which llama.cpp ${what} when a LoRA is applied to ${architecture} models.`),
    )
    await expect(check(more.slice(0, 2), alpha, architecture, 'other.gguf')).resolves.toBeUndefined()
  },
)
