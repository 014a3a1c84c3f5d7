import { openModels } from '@woolgather/files'
import { openGguf, type GgufFile } from '@woolgather/gguf'
import { createLlama, type LlamaRuntime } from '@woolgather/llama'
import { openMakers, type Makers } from '@woolgather/weights'
import type { Json } from '@woolgather/workflow'
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** Real vocabularies of llama.cpp's sources, as tokenizers of checkpoints: their texts come to the ids written beside them. */
const isFull = process.env['WOOLGATHER_TEST_FULL'] === '1'

let scratch = ''
let sources = ''
let runtime: LlamaRuntime
let makers: Makers
const options = { signal: new AbortController().signal, onProgress: () => {} }

beforeAll(async () => {
  if (!isFull) return
  scratch = await mkdtemp(path.join(tmpdir(), 'woolgather-vocabularies-'))
  sources = path.join(scratch, 'sources')
  const bundle = path.resolve('node_modules/node-llama-cpp/llama/gitRelease.bundle')
  execFileSync('git', ['clone', '-q', '--bare', bundle, sources])
  runtime = await createLlama({ gpu: 'cpu', threads: 1 })
  const models = openModels({ folders: [scratch], env: { WOOLGATHER_ELSEWHERE: 'off' } })
  makers = openMakers({ models, data: path.join(scratch, 'data') })
})
afterAll(async () => {
  if (!isFull) return
  await makers[Symbol.asyncDispose]()
  await runtime[Symbol.asyncDispose]()
  await rm(scratch, { recursive: true })
})

function sourceFile(name: string): Buffer {
  return execFileSync('git', ['-C', sources, 'cat-file', 'blob', `HEAD:models/${name}`], {
    maxBuffer: 2 ** 28,
  })
}

const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false }
const words = { ...bytes, use_regex: true }
const each = { type: 'Digits', individual_digits: true }
const split = (pattern: string): Json => ({
  type: 'Split',
  pattern: { Regex: pattern },
  behavior: 'Isolated',
  invert: false,
})
const llama = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`

/** What stands in tokenizer.json of models with these vocabularies. */
const steps: Readonly<Record<string, Json[]>> = {
  'llama-bpe': [split(llama), bytes],
  qwen2: [split(llama.replace(String.raw`\p{N}{1,3}`, String.raw`\p{N}`)), bytes],
  'gpt-2': [words],
  starcoder: [each, words],
  falcon: [
    { type: 'Punctuation', behavior: 'Contiguous' },
    words,
    { type: 'Digits', individual_digits: false },
    split('[0-9][0-9][0-9]'),
  ],
  'deepseek-coder': [
    split('[\r\n]'),
    split(String.raw`\s?\p{L}+`),
    split(String.raw`\s?\p{P}+`),
    split('[一-龥ࠀ-一가-퟿]+'),
    each,
    bytes,
  ],
}

interface Vocabulary {
  tokens: string[]
  types: number[]
  scores: number[]
  merges: string[]
}

async function readVocabulary(file: GgufFile): Promise<Vocabulary> {
  const list = async <Item>(key: string): Promise<Item[]> => {
    const value = await file.value(`tokenizer.ggml.${key}`)
    return value?.type === 'array' ? ([...value.values] as Item[]) : []
  }
  return {
    tokens: await list<string>('tokens'),
    types: await list<number>('token_type'),
    scores: await list<number>('scores'),
    merges: await list<string>('merges'),
  }
}

function tokenizerJson(name: string, { tokens, types, merges }: Vocabulary): Json {
  const isAdded = (id: number): boolean => types[id] === 3 || types[id] === 4
  return {
    added_tokens: tokens.flatMap((content, id) =>
      isAdded(id) ? [{ id, content, special: types[id] === 3, normalized: types[id] === 4 }] : [],
    ),
    normalizer: name === 'qwen2' ? { type: 'NFC' } : null,
    pre_tokenizer: { type: 'Sequence', pretokenizers: steps[name]! },
    decoder: words,
    model: {
      type: 'BPE',
      ignore_merges: name === 'llama-bpe',
      vocab: Object.fromEntries(tokens.flatMap((token, id) => (types[id] === 5 ? [] : [[token, id]]))),
      merges,
    },
  }
}

/** `tokenizer.model`: pieces of a text, a score and a kind. */
function tokenizerModel({ tokens, types, scores }: Vocabulary): Buffer {
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]
  const pieces = tokens.map((token, id) => {
    const text = Buffer.from(token)
    const score = Buffer.alloc(4)
    score.writeFloatLE(scores[id] ?? 0)
    const piece = Buffer.concat([
      Buffer.from([0x0a, ...varint(text.length)]),
      text,
      Buffer.from([0x15]),
      score,
      Buffer.from([0x18, types[id]!]),
    ])
    return Buffer.concat([Buffer.from([0x0a, ...varint(piece.length)]), piece])
  })
  return Buffer.concat(pieces)
}

/** A model of one layer and zeros. */
async function writeCheckpoint(folder: string, family: string, size: number): Promise<void> {
  const hidden = 32
  const layer = 'model.layers.0'
  const isPhi = family === 'Phi3ForCausalLM'
  const attention = isPhi
    ? { 'self_attn.qkv_proj': [96, 32], 'mlp.gate_up_proj': [64, 32] }
    : {
        'self_attn.q_proj': [32, 32],
        'self_attn.k_proj': [32, 32],
        'self_attn.v_proj': [32, 32],
        'mlp.gate_proj': [32, 32],
        'mlp.up_proj': [32, 32],
      }
  const inLayer = {
    ...attention,
    'self_attn.o_proj': [32, 32],
    'mlp.down_proj': [32, 32],
    input_layernorm: [32],
    post_attention_layernorm: [32],
  }
  const shapes: Record<string, number[]> = {
    'model.embed_tokens': [size, hidden],
    'model.norm': [hidden],
    ...Object.fromEntries(Object.entries(inLayer).map(([name, shape]) => [`${layer}.${name}`, shape])),
  }
  const header: Record<string, Json> = {}
  let end = 0
  for (const [name, shape] of Object.entries(shapes)) {
    const length = 2 * shape.reduce((product, one) => product * one, 1)
    header[`${name}.weight`] = { dtype: 'F16', shape, data_offsets: [end, (end += length)] }
  }
  const text = Buffer.from(JSON.stringify(header))
  const front = Buffer.alloc(8)
  front.writeBigUInt64LE(BigInt(text.length))
  await writeFile(path.join(folder, 'model.safetensors'), Buffer.concat([front, text, Buffer.alloc(end)]))
  const config = {
    architectures: [family],
    hidden_size: hidden,
    intermediate_size: 32,
    num_hidden_layers: 1,
    num_attention_heads: 1,
    vocab_size: size,
    max_position_embeddings: 64,
    tie_word_embeddings: true,
  }
  await writeFile(path.join(folder, 'config.json'), JSON.stringify(config))
}

test.skipIf(!isFull).each([
  ['llama-bpe', 'LlamaForCausalLM'],
  ['qwen2', 'Qwen2ForCausalLM'],
  ['gpt-2', 'LlamaForCausalLM'],
  ['starcoder', 'LlamaForCausalLM'],
  ['falcon', 'LlamaForCausalLM'],
  ['deepseek-coder', 'LlamaForCausalLM'],
  ['llama-spm', 'LlamaForCausalLM'],
  ['phi-3', 'Phi3ForCausalLM'],
])('the vocabulary of %s gives the ids that llama.cpp has noted of its texts', async (name, family) => {
  const folder = path.join(scratch, name)
  await mkdir(folder)
  const file = path.join(scratch, `${name}.gguf`)
  await writeFile(file, sourceFile(`ggml-vocab-${name}.gguf`))
  await using own = await openGguf(file)
  const vocabulary = await readVocabulary(own)
  const isPieces = vocabulary.merges.length === 0
  await writeCheckpoint(folder, family, vocabulary.tokens.length)
  const added = Object.fromEntries(
    vocabulary.tokens.flatMap((content, id) =>
      isPieces && [3, 4].includes(vocabulary.types[id]!)
        ? [[id, { content, special: vocabulary.types[id] === 3 }]]
        : [],
    ),
  )
  await writeFile(path.join(folder, 'tokenizer_config.json'), JSON.stringify({ added_tokens_decoder: added }))
  if (isPieces) await writeFile(path.join(folder, 'tokenizer.model'), tokenizerModel(vocabulary))
  else await writeFile(path.join(folder, 'tokenizer.json'), JSON.stringify(tokenizerJson(name, vocabulary)))
  const files = [
    'config.json',
    'model.safetensors',
    'tokenizer_config.json',
    isPieces ? 'tokenizer.model' : 'tokenizer.json',
  ]
  const made = await makers.maker.pathOf(
    { kind: 'checkpoint', folder: name, files, outputType: 'auto', adapters: [] },
    options,
  )
  await using imported = await openGguf(made)
  expect(await readVocabulary(imported)).toMatchObject({
    tokens: vocabulary.tokens,
    merges: vocabulary.merges,
  })
  await using model = await runtime.loadModel({ path: made, contextSize: 64 })
  const texts = sourceFile(`ggml-vocab-${name}.gguf.inp`).toString('utf8').split('\n__ggml_vocab_test__\n')
  const noted = sourceFile(`ggml-vocab-${name}.gguf.out`).toString('utf8').split('\n')
  expect(texts.length).toBeGreaterThan(40)
  for (const [index, text] of texts.entries()) {
    const ids = (noted[index] ?? '')
      .trim()
      .split(/\s+/)
      .filter((id) => id !== '')
      .map(Number)
    expect(model.tokenize(text, { addBos: false }), JSON.stringify(text)).toEqual(ids)
  }
})
