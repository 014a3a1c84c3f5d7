import { openModels } from '@woolgather/files'
import { ggmlTypes, openGguf, type GgufFile, type GgufValue } from '@woolgather/gguf'
import type { CheckpointSource, OutputType } from '@woolgather/workflow'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openMakers, type Makers } from '../../open-makers.ts'
import { fixture } from '../testing/peft-folder.ts'

let scratch = ''
let makers: Makers
const options = { signal: new AbortController().signal, onProgress: () => {} }
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'woolgather-checkpoints-'))
  const models = openModels({ folders: [fixture(''), scratch], env: { WOOLGATHER_ELSEWHERE: 'off' } })
  makers = openMakers({ models, data: path.join(scratch, 'data') })
})
afterAll(async () => {
  await makers[Symbol.asyncDispose]()
  await rm(scratch, { recursive: true })
})

async function source(folder: string, outputType: OutputType, root = fixture('')): Promise<CheckpointSource> {
  return { kind: 'checkpoint', folder, files: (await readdir(path.join(root, folder))).sort(), outputType }
}

const make = async (checkpoint: CheckpointSource): Promise<GgufFile> =>
  openGguf(await makers.maker.pathOf({ ...checkpoint, adapters: [] }, options))

/** What names a model or tells who made it, and differs between programs. */
const ofPrograms = /^general\.(name|size_label)$|^woolgather\./

async function metadataOf(file: GgufFile): Promise<Record<string, GgufValue | undefined>> {
  const keys = [...file.header.metadata.keys()].filter((key) => !ofPrograms.test(key)).sort()
  return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await file.value(key)] as const)))
}

async function tensorsOf(file: GgufFile): Promise<Record<string, unknown>> {
  const entries = file.tensors.map(async (tensor) => {
    const bytes = await file.readRows(tensor, 0, tensor.rows)
    return [tensor.name, [tensor.shape, tensor.type, Buffer.from(bytes).toString('base64')]] as const
  })
  return Object.fromEntries((await Promise.all(entries)).sort(([a], [b]) => (a < b ? -1 : 1)))
}

test.each<[string, OutputType]>([
  ['llama', 'BF16'],
  ['llama-fast', 'F16'],
  ['llama-bytes', 'F16'],
  ['llama-smol', 'Q8_0'],
  ['mistral', 'Q8_0'],
  ['qwen2', 'F32'],
  ['qwen3', 'BF16'],
  ['gemma', 'F16'],
  ['gemma2', 'F32'],
  ['gemma3', 'BF16'],
  ['phi3', 'BF16'],
  ['phi3-bytes', 'F16'],
  ['gptneox', 'F16'],
  ['falcon', 'F32'],
])('%s as %s is what llama.cpp’s converter makes of it, byte by byte [R72]', async (name, type) => {
  await using reference = await openGguf(fixture(`${name}/reference.gguf`))
  await using made = await make(await source(`${name}/checkpoint`, type))
  expect(await metadataOf(made)).toEqual(await metadataOf(reference))
  expect(await tensorsOf(made)).toEqual(await tensorsOf(reference))
})

/** A fixture's checkpoint with some of its files changed; undefined takes one out. */
async function changed(
  name: string,
  files: Readonly<Record<string, string | Buffer | undefined | ((text: string) => string)>>,
): Promise<CheckpointSource> {
  const folder = await mkdtemp(path.join(scratch, 'changed-'))
  await cp(fixture(`${name}/checkpoint`), folder, { recursive: true })
  for (const [file, content] of Object.entries(files)) {
    const place = path.join(folder, file)
    if (content === undefined) await rm(place)
    else
      await writeFile(place, typeof content === 'function' ? content(await readFile(place, 'utf8')) : content)
  }
  return source(path.basename(folder), 'auto', scratch)
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

const config = (change: object) => (text: string) =>
  JSON.stringify({ ...(JSON.parse(text) as object), ...change })
const second = 'model-00002-of-00002.safetensors'

test.each<[string, string, Parameters<typeof changed>[1], string]>([
  [
    'another family',
    'llama',
    { 'config.json': config({ architectures: ['MambaForCausalLM'] }) },
    'a MambaForCausalLM model',
  ],
  [
    'experts',
    'llama',
    { 'config.json': config({ architectures: ['MixtralForCausalLM'] }) },
    'a MixtralForCausalLM model',
  ],
  ['no architecture', 'llama', { 'config.json': config({ architectures: null }) }, 'names no architecture'],
  [
    'quantised weights',
    'llama',
    { 'config.json': config({ quantization_config: { quant_method: 'gptq' } }) },
    'quantised already (gptq)',
  ],
])('a checkpoint of %s is refused by name', async (_, name, files, named) => {
  await expect(make(await changed(name, files))).rejects.toMatchObject({
    code: 'model-unsupported',
    message: expect.stringContaining(named),
    hint: expect.stringMatching(/./),
  })
})

test.each<[string, string, Parameters<typeof changed>[1], string, string]>([
  ['a missing shard', 'llama-bytes', { [second]: undefined }, second, 'is missing'],
  [
    'a missing shard without an index',
    'llama-bytes',
    { [second]: undefined, 'model.safetensors.index.json': undefined },
    second,
    'is missing',
  ],
  [
    'an index that is of another model',
    'llama-bytes',
    { 'model.safetensors.index.json': (text) => text.replace('lm_head', 'head') },
    'model.safetensors.index.json',
    'head.weight',
  ],
  [
    'a shard that was cut short',
    'llama-bytes',
    { [second]: Buffer.from([9, 0, 0, 0, 0, 0, 0, 0]) },
    second,
    'its header would be',
  ],
  ['no configuration', 'llama', { 'config.json': undefined }, 'config.json', 'no such file'],
  ['a configuration that is no JSON', 'llama', { 'config.json': '{' }, 'config.json', 'no JSON'],
  [
    'a key twice',
    'llama',
    { 'config.json': (text) => text.replace('{', '{"hidden_size": 8, ') },
    'config.json',
    '“hidden_size” twice',
  ],
  [
    'a figure that is missing',
    'llama',
    { 'config.json': config({ hidden_size: undefined }) },
    'config.json',
    '“hidden_size” is missing',
  ],
  [
    'a figure that is absurd',
    'llama',
    { 'config.json': config({ num_hidden_layers: 1e12 }) },
    'config.json',
    '“num_hidden_layers” is 1000000000000',
  ],
  [
    'a figure that is a text',
    'llama',
    { 'config.json': config({ num_attention_heads: '4' }) },
    'config.json',
    '“num_attention_heads” is "4"',
  ],
  [
    'another vocabulary',
    'llama',
    { 'config.json': config({ vocab_size: 321 }) },
    'model.safetensors',
    '321 × 16',
  ],
  [
    'more layers than weights',
    'llama',
    { 'config.json': config({ num_hidden_layers: 3 }) },
    'model.safetensors',
    'blk.2.',
  ],
  [
    'fewer layers than weights',
    'llama',
    { 'config.json': config({ num_hidden_layers: 1 }) },
    'model.safetensors',
    'model.layers.1.',
  ],
  [
    'heads that do not divide',
    'llama',
    { 'config.json': config({ num_attention_heads: 5 }) },
    'model.safetensors',
    '5 heads',
  ],
  [
    'unknown scaling',
    'llama',
    { 'config.json': config({ rope_scaling: { rope_type: 'warp', factor: 2 } }) },
    'config.json',
    '“warp”',
  ],
  [
    'no tokenizer',
    'llama',
    { 'tokenizer.model': undefined },
    'tokenizer.json',
    'neither tokenizer.json nor tokenizer.model',
  ],
  [
    'a tokenizer.model that is none',
    'llama',
    { 'tokenizer.model': 'nonsense' },
    'tokenizer.model',
    'no SentencePiece vocabulary',
  ],
  [
    'an empty tokenizer.model',
    'llama',
    { 'tokenizer.model': '' },
    'tokenizer.model',
    'no SentencePiece vocabulary',
  ],
  [
    'two tokens alike',
    'llama',
    { 'tokenizer_config.json': (text) => text.replace('<tool>', '<|user|>') },
    '',
    'tokens 310 and 312',
  ],
  [
    'Gemma without its pieces',
    'gemma',
    { 'tokenizer.model': undefined, 'tokenizer.json': '{"model":{"type":"BPE"}}' },
    'tokenizer.model',
    'gemma models are read with',
  ],
  [
    'an unknown kind of tokenizer',
    'qwen2',
    { 'tokenizer.json': (text) => text.replace('"BPE"', '"Unigram"') },
    'tokenizer.json',
    'the kind Unigram',
  ],
  [
    'an unknown way to cut texts',
    'qwen2',
    { 'tokenizer.json': (text) => text.replace('|\\\\p{N}|', '|\\\\p{N}{1,2}|') },
    'tokenizer.json',
    'in a way that llama.cpp has no name for',
  ],
  [
    'an unknown normaliser',
    'qwen2',
    { 'tokenizer.json': (text) => text.replace('"NFC"', '"NFKC"') },
    'tokenizer.json',
    'in a way that llama.cpp has no name for',
  ],
  [
    'a tokenizer with more tokens',
    'qwen2',
    { 'tokenizer.json': (text) => text.replace('"Ġan": 310', '"Ġan": 999') },
    'tokenizer.json',
    'has the id 999',
  ],
  [
    'a tokenizer with no vocabulary',
    'qwen2',
    { 'tokenizer.json': (text) => text.replace('"vocab"', '"words"') },
    'tokenizer.json',
    'vocabulary',
  ],
])('a checkpoint with %s is told with the file and what to do', async (_, name, files, file, named) => {
  await expect(make(await changed(name, files))).rejects.toMatchObject({
    code: 'model-unreadable',
    message: expect.stringMatching(new RegExp(`“[^”]*${file}”.*${escaped(named)}`)),
    hint: expect.stringMatching(/./),
  })
})

test('a byte order mark is passed over, and what programs leave in a checkpoint is left out', async () => {
  await using made = await make(await changed('gptneox', { 'config.json': (text) => `\uFEFF${text}` }))
  expect(made.tensors.map(({ name }) => name)).toContain('blk.1.attn_qkv.bias')
})

test('auto stores matrices as they were published and vectors in 32 bits; other types as llama.cpp’s quantiser', async () => {
  const typesIn = async (outputType: OutputType): Promise<Set<string>> => {
    await using made = await make(await source('llama/checkpoint', outputType))
    return new Set(made.tensors.map(({ type }) => ggmlTypes.get(type)!.name))
  }
  expect(await typesIn('auto')).toEqual(new Set(['BF16', 'F32']))
  expect(await typesIn('Q4_K_M')).toEqual(new Set(['Q5_0', 'F16', 'F32']))
})
