/**
 * What kills the process when native code sees it, and the error that comes first. Each of these was seen to abort
 * or crash llama.cpp, or to compute nonsense in silence; that this file runs to its end is half of what it proves.
 */
import { byteVocabulary, writeGguf, writeRandomLora, writeRandomModel } from '@woolgather/ggml/testing'
import { loadNative } from '@woolgather/ggml'
import { writeLoraFile } from '@woolgather/gguf'
import { appendFileSync, copyFileSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLlama } from './create-llama.ts'
import type { GenerateRequest, LlamaRuntime } from './contract/interface.ts'
import { NativeContext } from './native/native-context.ts'
import type { BatchEntry } from './native/batch-buffers.ts'
import { NativeModel } from './native/native-model.ts'
import { defaultSampling } from './sampling/defaults.ts'
import { Sampler } from './sampling/sampler.ts'
import { temporaryFolder } from './testing/native-model.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let runtime: LlamaRuntime
let good: string
const demoModel = path.resolve(import.meta.dirname, '../../../models/demo/storyteller.gguf')

beforeAll(async () => {
  folder = await temporaryFolder()
  runtime = await createLlama({ gpu: 'cpu', threads: 1 })
  good = at('good.gguf')
  await writeRandomModel(good)
})
afterAll(async () => {
  await runtime[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const at = (name: string): string => path.join(folder.path, name)

function patched(name: string, change: (bytes: Buffer) => Buffer): string {
  writeFileSync(at(name), change(readFileSync(good)))
  return at(name)
}

describe('a model file', () => {
  const load = (file: string): Promise<unknown> => runtime.loadModel({ path: file })

  test.each([513, 0xffffffff, 0])('that says it has %d layers', async (layers) => {
    await writeRandomModel(at('layers.gguf'), { metadata: { 'llama.block_count': { u32: layers } } })
    await expect(load(at('layers.gguf'))).rejects.toMatchObject({
      code: 'model-unreadable',
      message: expect.stringContaining('block_count'),
    })
  })

  test.each([20, 200, 5000, 100_000])('cut off after %d bytes', async (length) => {
    const file = patched(`cut-${length}.gguf`, (bytes) => bytes.subarray(0, length))
    await expect(load(file)).rejects.toMatchObject({ code: 'model-unreadable' })
  })

  test('of garbage', async () => {
    const file = patched(
      'garbage.gguf',
      (bytes) => bytes.map((byte, index) => byte ^ ((index * 151) & 255)) as Buffer,
    )
    await expect(load(file)).rejects.toMatchObject({ code: 'model-unreadable' })
  })

  test('that begins like GGUF and goes on as garbage', async () => {
    const file = patched('half-garbage.gguf', (bytes) => bytes.fill(0xa5, 8, 4000))
    await expect(load(file)).rejects.toMatchObject({ code: 'model-unreadable' })
  })

  test('of an architecture that does not exist, or does not write', async () => {
    await writeRandomModel(at('unknown.gguf'), { metadata: { 'general.architecture': { text: 'abacus' } } })
    await writeRandomModel(at('t5.gguf'), { metadata: { 'general.architecture': { text: 't5' } } })
    await expect(load(at('unknown.gguf'))).rejects.toMatchObject({ code: 'model-unsupported' })
    await expect(load(at('t5.gguf'))).rejects.toMatchObject({ code: 'model-unsupported' })
  })

  test('whose tokenizer is RWKV’s, where tokens begin with a byte that is no token alone', async () => {
    const bytes = Array.from({ length: 256 }, (_, byte) => `\\x${byte.toString(16).padStart(2, '0')}`)
    const write = (first: string): Promise<void> => {
      const texts = [first, ...bytes.slice(1), ...Array.from({ length: 64 }, (_, index) => `word ${index}`)]
      const metadata = {
        'tokenizer.ggml.model': { text: 'rwkv' },
        'tokenizer.ggml.tokens': { texts },
      }
      return writeRandomModel(at('rwkv.gguf'), { metadata })
    }
    await write('\\x00word')
    await expect(load(at('rwkv.gguf'))).rejects.toMatchObject({
      code: 'model-unreadable',
      message: expect.stringContaining('byte 0x00'),
    })
    await write('\\x00')
    await using model = await runtime.loadModel({ path: at('rwkv.gguf') })
    expect(model.info.architecture).toBe('llama')
  })

  test('whose vocabulary has a token twice', async () => {
    const file = patched('twice.gguf', (bytes) => {
      bytes.write('<filler_265>', bytes.indexOf('<filler_266>'))
      return bytes
    })
    await expect(load(file)).rejects.toMatchObject({
      code: 'model-unreadable',
      message: expect.stringContaining('tokens 265 and 266 are both "<filler_265>"'),
    })
  })

  test('that is an adapter, a folder, or not there', async () => {
    await writeRandomLora(at('adapter.gguf'))
    await expect(load(at('adapter.gguf'))).rejects.toMatchObject({ code: 'model-unsupported' })
    await expect(load(folder.path)).rejects.toMatchObject({ code: 'model-unreadable' })
    await expect(load(at('nowhere.gguf'))).rejects.toMatchObject({ code: 'model-not-found' })
  })

  test('without weights', async () => {
    writeGguf(at('empty.gguf'), { 'general.architecture': { text: 'llama' }, ...byteVocabulary(300) }, [])
    await expect(load(at('empty.gguf'))).rejects.toMatchObject({ code: 'model-unsupported' })
  })

  test.each([8, 24, 64])(
    'with a context of %d tokens, fewer than sequences are run at once',
    async (contextSize) => {
      await using small = await runtime.loadModel({ path: demoModel, contextSize })
      const write = (seed: number): Promise<{ tokens: number[] }> =>
        small.generate({ prompt: { tokens: [10, 11] }, seed, maxTokens: 2 })
      const texts = await Promise.all(Array.from({ length: 70 }, (_, seed) => write(seed)))
      expect(texts).toHaveLength(70)
    },
  )

  test.each(['', 'relative.gguf', '/tmp/nul\0byte.gguf'])('at the path %j', async (file) => {
    await expect(load(file)).rejects.toMatchObject({ code: 'model-not-found' })
  })

  test('with a context that no memory holds, or for more sequences than there are', async () => {
    const huge = runtime.loadModel({ path: good, contextSize: 2 ** 31 - 1 })
    await expect(huge).rejects.toMatchObject({ code: 'model-too-large' })
    await expect(runtime.loadModel({ path: good, maxSequences: 257 })).rejects.toThrow(
      'maxSequences is 257; it must be a whole number from 1 to 256.',
    )
  })

  test.each([
    ['truncated', (file: string): void => truncateSync(file, 10_000)],
    ['written to', (file: string): void => appendFileSync(file, 'more')],
  ])('that is %s while it is in use', async (_, change) => {
    const file = at('changed.gguf')
    copyFileSync(good, file)
    await using model = await runtime.loadModel({ path: file })
    await model.generate({ prompt: { text: 'a' }, seed: 1, maxTokens: 1 })
    change(file)
    const generating = model.generate({ prompt: { text: 'a' }, seed: 1, maxTokens: 1 })
    await expect(generating).rejects.toMatchObject({
      code: 'model-unreadable',
      message: `${file} was overwritten while it was loaded.`,
    })
  })

  test('that is replaced by renaming another there stays loaded as it was', async () => {
    const file = at('replaced.gguf')
    copyFileSync(good, file)
    await using model = await runtime.loadModel({ path: file })
    writeFileSync(at('next.gguf'), 'not a model')
    renameSync(at('next.gguf'), file)
    const { tokens } = await model.generate({ prompt: { text: 'a' }, seed: 1, maxTokens: 2 })
    expect(tokens.length).toBeGreaterThan(0)
  })

  test('with broken numbers in its weights', async () => {
    const file = patched('nan.gguf', (bytes) => bytes.fill(0xff, bytes.length - 320 * 64 * 4))
    await using model = await runtime.loadModel({ path: file })
    const generating = model.generate({ prompt: { text: 'a' }, seed: 1, maxTokens: 1 })
    await expect(generating).rejects.toMatchObject({
      code: 'native-error',
      message: expect.stringContaining('NaN'),
    })
  })
})

describe('an adapter', () => {
  async function use(file: string, strength = 1): Promise<unknown> {
    await using model = await runtime.loadModel({ path: good })
    const adapters = [{ path: file, strength }]
    return await model.generate({ prompt: { text: 'a' }, seed: 1, maxTokens: 1, adapters })
  }

  test.each([
    ['a wider model', { embeddingSize: 128 }, 'for a model of another size'],
    ['a deeper model', { layers: 3 }, 'which the model does not have'],
    ['another architecture', { architecture: 'qwen2' }, 'is for qwen2 models'],
  ])('made for %s', async (_, options, message) => {
    await writeRandomLora(at('other.gguf'), options)
    await expect(use(at('other.gguf'))).rejects.toMatchObject({
      code: 'adapter-mismatch',
      message: expect.stringContaining(message),
    })
  })

  test('of the embeddings, where they are the output layer as well', async () => {
    const matrix = { tensor: 'token_embd.weight', expert: 0, rows: 1472, columns: 128, rank: 1 }
    const factors = { a: new Float32Array(128), b: new Float32Array(1472) }
    const lora = { architecture: 'llama', alpha: 1, matrices: [{ ...matrix, ...factors }] }
    await writeLoraFile(at('embeddings.gguf'), lora)
    await using tied = await runtime.loadModel({ path: demoModel, contextSize: 64 })
    const adapters = [{ path: at('embeddings.gguf'), strength: 1 }]
    const generating = tied.generate({ prompt: { text: 'a' }, seed: 1, maxTokens: 1, adapters })
    await expect(generating).rejects.toMatchObject({
      code: 'adapter-mismatch',
      message: expect.stringContaining('output layer as well'),
    })
  })

  test('that is a model, garbage, cut short or not there', async () => {
    await writeRandomLora(at('whole.gguf'))
    const bytes = readFileSync(at('whole.gguf'))
    writeFileSync(at('cut.gguf'), bytes.subarray(0, bytes.length - 500))
    writeFileSync(at('noise.gguf'), 'noise')
    await expect(use(good)).rejects.toMatchObject({ code: 'adapter-mismatch' })
    await expect(use(at('noise.gguf'))).rejects.toMatchObject({ code: 'model-unreadable' })
    await expect(use(at('cut.gguf'))).rejects.toMatchObject({
      code: expect.stringMatching(/adapter|unreadable/),
    })
    await expect(use(at('gone.gguf'))).rejects.toMatchObject({ code: 'model-not-found' })
  })

  test('with a strength that is no number', async () => {
    await writeRandomLora(at('fine.gguf'))
    await expect(use(at('fine.gguf'), Number.NaN)).rejects.toMatchObject({ code: 'invalid-sampling' })
  })

  test('of one model is never set on another that is loaded beside it', async () => {
    await writeRandomModel(at('wide.gguf'), { embeddingSize: 128, heads: 8 })
    await writeRandomLora(at('for-good.gguf'))
    await using wide = await runtime.loadModel({ path: at('wide.gguf') })
    const adapters = [{ path: at('for-good.gguf'), strength: 1 }]
    await use(at('for-good.gguf'))
    const generating = wide.generate({ prompt: { text: 'a' }, seed: 1, maxTokens: 1, adapters })
    await expect(generating).rejects.toMatchObject({ code: 'adapter-mismatch' })
  })
})

describe('below the engine', () => {
  const entry = (change: Partial<BatchEntry> = {}): BatchEntry => ({
    token: 1,
    position: 0,
    sequence: 0,
    logits: true,
    ...change,
  })

  async function open(): Promise<{ context: NativeContext; model: NativeModel } & AsyncDisposable> {
    const native = await loadNative({ gpu: 'cpu' })
    const model = await NativeModel.load(native, { path: good, gpuLayers: 0 })
    const options = { contextSize: 256, batchSize: 32, sequences: 4, threads: 1 }
    const context = await NativeContext.create(native, model, options)
    return {
      context,
      model,
      async [Symbol.asyncDispose]() {
        await context.dispose()
        await model.dispose()
      },
    }
  }

  const refused = (code: string, message: string): unknown =>
    expect.objectContaining({ code, message: expect.stringContaining(message) })

  test('a batch that is too long, empty, or of things that do not exist', async () => {
    await using opened = await open()
    const { context } = opened
    const decode = (entries: BatchEntry[]): Promise<unknown> => context.decode(entries)
    await expect(decode(Array.from({ length: 33 }, () => entry()))).rejects.toThrow(
      refused('native-error', 'at most 32'),
    )
    await expect(decode([])).rejects.toThrow(refused('native-error', 'without tokens'))
    await expect(decode([entry({ sequence: 4 })])).rejects.toThrow(refused('native-error', 'Sequence 4'))
    await expect(decode([entry({ sequence: -1 })])).rejects.toThrow(refused('native-error', 'Sequence -1'))
    await expect(decode([entry({ token: 320 })])).rejects.toThrow(refused('invalid-token', '320'))
    expect(await decode([entry()])).toBe('done')
  })

  test('sequences out of range', async () => {
    await using opened = await open()
    const { context } = opened
    expect(() => context.copySequence(0, 4, 1)).toThrow(refused('native-error', 'Sequence 4'))
    expect(() => context.copySequence(-1, 0, 1)).toThrow(refused('native-error', 'Sequence -1'))
    expect(() => context.removeTokens(99, 0)).toThrow(refused('native-error', 'Sequence 99'))
  })

  test('sampling where there are no logits, or while they are made', async () => {
    await using opened = await open()
    const { context, model } = opened
    const native = await loadNative()
    const input = { sampling: defaultSampling, seed: 1, vocabulary: model.vocabulary, contextSize: 256 }
    const sampler = await Sampler.create(native, input)
    expect(() => sampler.sample(context, 0)).toThrow(refused('native-error', 'no logits'))
    await context.decode([entry({ logits: false }), entry({ position: 1 })])
    expect(() => sampler.sample(context, 0)).toThrow(refused('native-error', 'no logits'))
    expect(() => context.logits(7)).toThrow(refused('native-error', 'no logits'))
    expect(sampler.sample(context, 1)).toBeTypeOf('number')
    const decoding = context.decode([entry({ position: 2 })])
    expect(() => sampler.sample(context, 1)).toThrow(refused('native-error', 'is decoding'))
    await expect(context.decode([entry({ position: 2 })])).rejects.toThrow(
      refused('native-error', 'Two decode calls'),
    )
    await decoding
    sampler.dispose()
    expect(() => sampler.sample(context, 0)).toThrow(refused('disposed', 'sampler'))
  })

  test('nothing is used after it was freed, and what was freed is not freed again', async () => {
    const { context, model } = await open()
    await context.dispose()
    await context.dispose()
    await model.dispose()
    await model.dispose()
    expect(() => model.pointer).toThrow(refused('disposed', 'freed'))
    expect(() => context.copySequence(0, 1, 1)).toThrow(refused('disposed', 'freed'))
    await expect(context.decode([entry()])).rejects.toThrow(refused('disposed', 'freed'))
  })
})

describe('a grammar', () => {
  async function write(grammar: string, request: Partial<GenerateRequest> = {}): Promise<unknown> {
    await using model = await runtime.loadModel({ path: good })
    const sampling = { ...request.sampling, grammar }
    return (await model.generate({ prompt: { text: 'a' }, seed: 1, maxTokens: 32, ...request, sampling }))
      .text
  }

  test.each([
    ['that does not parse', 'root ::= "open'],
    ['without a root', 'start ::= "a"'],
    ['with a rule that is missing', 'root ::= other'],
    ['that recurses on the left', 'root ::= root "a" | "a"'],
    ['that recurses on the left through another rule', 'root ::= b "a"\nb ::= root | "c"'],
    ['that is empty', '  '],
    ['that is nested without end', `root ::= ${'('.repeat(50_000)}"a"${')'.repeat(50_000)}`],
    ['that goes on for megabytes', `root ::= ${'"a" '.repeat(1_000_000)}`],
  ])('%s', async (_, grammar) => {
    await expect(write(grammar)).rejects.toMatchObject({
      code: 'invalid-sampling',
      message: expect.stringContaining('grammar'),
    })
  })

  test('whose only way on is forbidden by a bias', async () => {
    const bias = { logitBias: [{ token: 'z'.charCodeAt(0), bias: -Infinity }] }
    await expect(write('root ::= "z"', { sampling: bias })).rejects.toMatchObject({
      code: 'invalid-sampling',
      message: 'No token may be written here: biases, words or a constraint forbid all.',
    })
  })

  test('is never broken, however the model would go on', async () => {
    const grammar = 'root ::= ("yes" | "no") (", " ("yes" | "no")){2}'
    for (let seed = 0; seed < 8; seed++) {
      expect(await write(grammar, { seed })).toMatch(/^(yes|no), (yes|no), (yes|no)$/)
    }
  })
})
