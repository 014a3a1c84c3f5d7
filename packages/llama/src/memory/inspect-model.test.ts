import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readHeader } from '@woolgather/gguf'
import { writeGguf, type GgufTensor, type GgufValue } from '@woolgather/ggml/testing'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LlamaError } from '../contract/error.ts'
import { smallTensors, writeSmallModel } from '../testing/small-model.ts'
import { inspectModel } from './inspect-model.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'woolgather-inspect-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const at = (name: string): string => join(folder, name)

const refusal = async (path: string): Promise<unknown> => {
  const outcome = await inspectModel(path).catch((error: unknown) => error)
  if (!(outcome instanceof LlamaError)) return outcome
  const { code, message, hint } = outcome
  return { code, message: message.replaceAll(folder, '…'), hint }
}

test('a sound file tells what it is', async () => {
  writeSmallModel(at('small.gguf'), { 'tokenizer.chat_template': { text: '{{ messages }}' } })
  const { figures, tensors, ...told } = await inspectModel(at('small.gguf'))
  expect(told).toEqual({
    path: at('small.gguf'),
    parts: [at('small.gguf')],
    architecture: 'llama',
    writes: true,
    diffuses: false,
    name: 'Small',
    layers: 2,
    embeddingSize: 64,
    vocabSize: 320,
    trainedContextSize: 256,
    chatTemplate: '{{ messages }}',
    parameters: 64 * 320 + 2 * 64 * 64 + 64,
    bytes: 2 * (64 * 320 + 2 * 64 * 64 + 64),
  })
  expect(figures.get('attention.head_count_kv')).toBe(2)
  expect(tensors.map((tensor) => tensor.name)).toEqual(smallTensors.map((tensor) => tensor.name))
})

test('a header of 60,000 keys can be read, and llama.cpp is not given it', async () => {
  const entries = Array.from({ length: 60_000 }, (_, index): [string, GgufValue] => [
    `tool.${index}`,
    { u32: index },
  ])
  writeSmallModel(at('keys.gguf'), Object.fromEntries(entries))
  const { metadata, tensors } = await readHeader(at('keys.gguf'))
  expect([metadata.get('tool.59999'), tensors.length]).toEqual([59_999, smallTensors.length])
  expect(await refusal(at('keys.gguf'))).toMatchObject({
    code: 'model-unsupported',
    message: expect.stringMatching(/header has 600\d\d keys, and llama.cpp takes at most 8192/) as string,
  })
})

test('a vocabulary of 130,000 tokens is passed over quickly', async () => {
  const texts = Array.from({ length: 130_000 }, (_, index) => `token ${index}`)
  writeSmallModel(at('wide.gguf'), { 'tokenizer.ggml.tokens': { texts } })
  const inspect = async (): Promise<void> => {
    expect(await inspectModel(at('wide.gguf'))).toMatchObject({ vocabSize: 130_000 })
  }
  await expect(inspect).toCostAtMost(50)
})

describe('what cannot be a model is refused', () => {
  test('a file that is not there', async () => {
    expect(await refusal(at('nowhere.gguf'))).toEqual({
      code: 'model-not-found',
      message: 'There is no model file at …/nowhere.gguf.',
      hint: 'Check the path, or download the model first.',
    })
  })

  test('a directory', async () => {
    expect(await refusal(folder)).toEqual({
      code: 'model-unreadable',
      message: '… cannot be read as a model: it is a directory.',
      hint: 'Choose a .gguf file in it.',
    })
  })

  test.each([
    ['an empty file', '', 'the file is empty'],
    ['noise', '\u0001noise'.repeat(50), 'it is not a GGUF file'],
    ['a web page', '<!DOCTYPE html><html></html>', 'it is not a GGUF file but a web page'],
    [
      'a Git LFS pointer',
      'version https://git-lfs.github.com/spec/v1\noid sha256:0',
      'it is not a GGUF file but a Git LFS pointer',
    ],
    ['safetensors', '\u0010\0\0\0\0\0\0\0{"a":1}', 'it is not a GGUF file but a safetensors file'],
    ['a GGUF file of five bytes', 'GGUF\u0003', 'it ends in the middle of its header'],
  ])('%s', async (_, content, reason) => {
    writeFileSync(at('other.gguf'), content)
    expect(await refusal(at('other.gguf'))).toMatchObject({
      code: 'model-unreadable',
      message: `…/other.gguf cannot be read as a model: ${reason}.`,
      hint: expect.any(String),
    })
  })

  test('a download that was cut short, in its tensors or in its header', async () => {
    writeSmallModel(at('cut.gguf'))
    const whole = readFileSync(at('cut.gguf')).length
    truncateSync(at('cut.gguf'), whole - 8192)
    expect(await refusal(at('cut.gguf'))).toMatchObject({
      code: 'model-unreadable',
      message: expect.stringMatching(
        /the tensor blk\.\d\.attn_q\.weight ends at byte \d+, but the file has \d+\.$/,
      ),
      hint: 'The download or copy was cut short: get the file again.',
    })
    truncateSync(at('cut.gguf'), 3000)
    expect(await refusal(at('cut.gguf'))).toMatchObject({ code: 'model-unreadable' })
  })

  test.each([
    ['llama.block_count', 4_000_000_000, 'block_count is 4000000000 in its header; it must be from 1 to 512'],
    ['llama.block_count', 0, 'block_count is 0 in its header; it must be from 1 to 512'],
    ['llama.embedding_length', 0, 'embedding_length is 0 in its header; it must be from 1 to 1048576'],
    ['llama.expert_count', 5000, 'expert_count is 5000 in its header; it must be from 0 to 1024'],
    ['llama.expert_used_count', 3, 'expert_used_count is 3 in its header; it must be from 0 to 0'],
    ['llama.attention.head_count', 0, 'attention.head_count is 0 in its header'],
    ['general.alignment', 48, 'general.alignment is 48; it must be a power of two'],
  ])('%s = %d', async (key, value, reason) => {
    writeSmallModel(at('absurd.gguf'), { [key]: { u32: value } })
    expect(await refusal(at('absurd.gguf'))).toMatchObject({
      code: 'model-unreadable',
      message: `…/absurd.gguf cannot be read as a model: ${reason}.`,
    })
  })

  test.each([
    [8, 'tensors'],
    [16, 'metadata entries'],
  ])('a count of 2⁶² at byte %d', async (place, what) => {
    writeSmallModel(at('counts.gguf'))
    const bytes = readFileSync(at('counts.gguf'))
    bytes.writeBigUInt64LE(2n ** 62n, place)
    writeFileSync(at('counts.gguf'), bytes)
    expect(await refusal(at('counts.gguf'))).toMatchObject({
      code: 'model-unreadable',
      message: expect.stringContaining(`its header tells of 4611686018427388000 ${what}`),
    })
  })

  test.each<[string, Record<string, GgufValue>, string, (readonly GgufTensor[])?]>([
    ['a LoRA adapter', { 'general.type': { text: 'adapter' } }, 'it is a LoRA adapter, not a language model'],
    [
      'a control vector',
      { 'general.architecture': { text: 'controlvector' } },
      'it is a control vector, not a language model',
    ],
    [
      'an image encoder',
      { 'general.architecture': { text: 'clip' } },
      'it is an image encoder (mmproj) (clip)',
    ],
    [
      'an architecture of the future',
      { 'general.architecture': { text: 'llama9' } },
      'its architecture “llama9” is unknown to this version of llama.cpp',
    ],
    ['a vocabulary alone', {}, 'it holds no tensors', []],
    ['a model without a vocabulary', { 'tokenizer.ggml.tokens': { texts: [] } }, 'it has no vocabulary'],
  ])('%s', async (_, metadata, reason, tensors = smallTensors) => {
    writeSmallModel(at('kind.gguf'), metadata, tensors)
    expect(await refusal(at('kind.gguf'))).toMatchObject({
      code: 'model-unsupported',
      message: `…/kind.gguf cannot be used as a model: ${reason}.`,
      hint: expect.any(String),
    })
  })
})

describe('a split model', () => {
  const split = { 'split.count': { u32: 2 } }
  const name = (part: number): string => `parted-0000${part}-of-00002.gguf`

  test('is measured over all its parts', async () => {
    writeSmallModel(at(name(1)), split, smallTensors.slice(0, 2))
    // Later parts name no architecture.
    writeGguf(at(name(2)), split, smallTensors.slice(2))
    const { parts, parameters } = await inspectModel(at(name(1)))
    expect({ parts, parameters }).toEqual({
      parts: [at(name(1)), at(name(2))],
      parameters: 64 * 320 + 2 * 64 * 64 + 64,
    })
  })

  test('is opened by its first part only', async () => {
    expect(await refusal(at(name(2)))).toEqual({
      code: 'model-unreadable',
      message: `…/${name(2)} cannot be read as a model: it is part 2 of 2 of a model.`,
      hint: 'Choose the first part; the others are found beside it.',
    })
  })

  test('is refused by the name of the part that is missing', async () => {
    rmSync(at(name(2)))
    expect(await refusal(at(name(1)))).toMatchObject({
      code: 'model-not-found',
      message: `There is no model file at …/${name(2)}.`,
    })
  })
})

test('a header with any bytes changed is read or refused, never more', async () => {
  writeSmallModel(at('sound.gguf'))
  const sound = readFileSync(at('sound.gguf'))
  const change = fc.tuple(fc.nat(6000), fc.uint8Array({ minLength: 1, maxLength: 8 }))
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
      const bytes = Buffer.from(sound)
      for (const [place, values] of changes) bytes.set(values, place)
      writeFileSync(at('changed.gguf'), bytes)
      const outcome = await inspectModel(at('changed.gguf')).catch((error: unknown) => error)
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(LlamaError)
    }),
    { numRuns: 150 },
  )
})

test('noise after the right first bytes is refused', async () => {
  for (let round = 0; round < 20; round++) {
    writeFileSync(at('noise.gguf'), Buffer.concat([Buffer.from('GGUF\u0003\0\0\0'), randomBytes(4096)]))
    expect(await refusal(at('noise.gguf'))).toMatchObject({ code: 'model-unreadable' })
  }
})
