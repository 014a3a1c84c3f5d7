import { readLoraFile, type GgufFile, type LoraFile } from '@woolgather/gguf'
import { deltaOf, loraScale } from '@woolgather/merge'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { convertPeft } from './convert-peft.ts'
import { SafetensorsFile } from '../format/safetensors.ts'
import { fixture, safetensors, writeEmptyModel } from '../testing/peft-folder.ts'

let scratch = ''
const opened: GgufFile[] = []
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'woolgather-peft-'))
})
afterAll(async () => {
  await Promise.all(opened.map((file) => file.close()))
  await rm(scratch, { recursive: true })
})

test('the references are those that were made, byte for byte', async () => {
  const hashes = JSON.parse(await readFile(fixture('hashes.json'), 'utf8')) as Record<string, string>
  const found = await readdir(fixture(''), { recursive: true, withFileTypes: true })
  const names = found
    .filter((entry) => entry.isFile() && entry.name !== 'hashes.json')
    .map((entry) => path.relative(fixture(''), path.join(entry.parentPath, entry.name)))
  const entries = names.map(async (name) => [
    name.replaceAll(path.sep, '/'),
    createHash('sha256')
      .update(await readFile(fixture(name)))
      .digest('hex'),
  ])
  expect(Object.fromEntries(await Promise.all(entries))).toEqual(hashes)
})

let models = 0
async function model(
  ...of: Parameters<typeof writeEmptyModel> extends [string, ...infer Rest] ? Rest : never
) {
  const file = await writeEmptyModel(path.join(scratch, `${models++}.gguf`), ...of)
  opened.push(file)
  return { name: 'base.gguf', file }
}

const filesIn = (folder: string) => ({
  name: 'mine',
  config: { name: 'mine/adapter_config.json', path: path.join(folder, 'adapter_config.json') },
  weights: { name: 'mine/adapter_model.safetensors', path: path.join(folder, 'adapter_model.safetensors') },
})

/** The model that a LoRA is for, as far as its shapes tell. */
async function modelFor(lora: LoraFile, heads = { query: 4, shared: 2 }) {
  const shapes = lora.matrices.map(({ tensor, rows, columns }) => [tensor, [columns, rows]] as const)
  const head = ['output.weight', [16, 320]] as const
  return model(lora.architecture, heads, Object.fromEntries([head, ...shapes]))
}

test.each(['llama', 'mistral', 'qwen2', 'qwen3', 'gemma', 'gemma2', 'gemma3', 'phi3', 'gptneox', 'heads'])(
  'an adapter for %s on all linear modules becomes the LoRA that llama.cpp’s converter makes, number by number',
  async (family) => {
    const reference = await readLoraFile(fixture(`adapter-${family}/reference.gguf`))
    const made = await convertPeft(filesIn(fixture(`adapter-${family}/adapter`)), await modelFor(reference))
    const byName = ({ matrices }: LoraFile) => matrices.toSorted((a, b) => (a.tensor < b.tensor ? -1 : 1))
    expect({ ...made, matrices: byName(made) }).toEqual({ ...reference, matrices: byName(reference) })
    expect(made.matrices.length).toBeGreaterThanOrEqual(8)
  },
)

test('queries, keys and values of falcon, group by group there, lie apart in the LoRA', async () => {
  const folder = fixture('adapter-falcon/adapter')
  const base = await model('falcon', { query: 4, shared: 2 }, falconShapes)
  const { matrices } = await convertPeft(filesIn(folder), base)
  await using file = await SafetensorsFile.open(filesIn(folder).weights)
  const name = 'base_model.model.transformer.h.1.self_attention.query_key_value.lora_B.weight'
  const before = await file.readFloats(file.tensors.get(name)!)
  const after = matrices.find(({ tensor }) => tensor === 'blk.1.attn_qkv.weight')!.b
  // heads of 4 rows: two groups of two queries, a key and a value
  const heads = [0, 1, 4, 5, 2, 6, 3, 7]
  expect([...after]).toEqual(heads.flatMap((head) => [...before.subarray(head * 16, (head + 1) * 16)]))
})

const falconShapes = Object.fromEntries(
  [0, 1].flatMap((block) => [
    [`blk.${block}.attn_qkv.weight`, [16, 32]],
    [`blk.${block}.attn_output.weight`, [16, 16]],
    [`blk.${block}.ffn_up.weight`, [16, 64]],
    [`blk.${block}.ffn_down.weight`, [64, 16]],
  ]),
)

/* one block of one head of two: rank 1, or 4 for the output projection */
const shapes = { 'blk.0.attn_q.weight': [2, 2], 'blk.0.attn_output.weight': [2, 2], 'output.weight': [2, 3] }
const at = 'base_model.model.model.layers.0.self_attn'
const pair = (module: string, rank: number, value = 1) => ({
  [`${module}.lora_A.weight`]: { shape: [rank, 2], values: Array<number>(2 * rank).fill(value) },
  [`${module}.lora_B.weight`]: { shape: [2, rank], values: Array<number>(2 * rank).fill(1) },
})

async function adapter(
  config: object,
  tensors: Parameters<typeof safetensors>[0] | Buffer = pair(`${at}.q_proj`, 1),
) {
  const folder = await mkdtemp(path.join(scratch, 'adapter-'))
  const usual = { peft_type: 'LORA', r: 1, lora_alpha: 3, base_model_name_or_path: 'someone/tiny' }
  await writeFile(path.join(folder, 'adapter_config.json'), JSON.stringify({ ...usual, ...config }))
  const weights = Buffer.isBuffer(tensors) ? tensors : safetensors(tensors)
  await writeFile(path.join(folder, 'adapter_model.safetensors'), weights)
  return filesIn(folder)
}

const tiny = () => model('llama', { query: 1, shared: 1 }, shapes)

/** What a matrix of a LoRA adds to each weight, where all are the same. */
function changes({ alpha, matrices }: LoraFile): Record<string, number> {
  return Object.fromEntries(
    matrices.map(({ tensor, ...factors }) => [
      tensor,
      deltaOf({ factors, scale: loraScale(alpha, factors.rank) })[0]!,
    ]),
  )
}

const both = { ...pair(`${at}.q_proj`, 1), ...pair(`${at}.o_proj`, 4) }

test.each<[string, object, number, number]>([
  ['α by the rank', { rank_pattern: { o_proj: 4 } }, 3, 3],
  ['α by the root of the rank', { use_rslora: true, rank_pattern: { o_proj: 4 } }, 3, 6],
  ['an α for some modules', { rank_pattern: { o_proj: 4 }, alpha_pattern: { 'self_attn.o_proj': 8 } }, 3, 8],
  [
    'patterns that are expressions',
    {
      rank_pattern: { 'model\\.layers\\.\\d+\\.self_attn\\.(o|v)_proj': 4 },
      alpha_pattern: { '.*o_proj': 6 },
    },
    3,
    6,
  ],
  ['no α at all', { lora_alpha: 0, rank_pattern: { o_proj: 4 } }, 0, 0],
])('a change counts %s', async (_, config, query, output) => {
  const made = await convertPeft(await adapter(config, both), await tiny())
  const found = changes(made)
  expect(found['blk.0.attn_q.weight']).toBeCloseTo(query, 5)
  expect(found['blk.0.attn_output.weight']).toBeCloseTo(output, 5)
})

test('a byte order mark, the name of an adapter in the names of tensors, and the base’s own embeddings do no harm', async () => {
  const named = Object.fromEntries(
    Object.entries(pair(`${at}.q_proj`, 1)).map(([name, tensor]) => [
      name.replace('.weight', '.default.weight'),
      tensor,
    ]),
  )
  const embeddings = {
    'base_model.model.model.embed_tokens.base_layer.weight': { shape: [3, 2], values: [1, 2, 3, 4, 5, 6] },
  }
  const files = await adapter({}, { ...named, ...embeddings })
  await writeFile(files.config.path, `\uFEFF${await readFile(files.config.path, 'utf8')}`)
  const base = await model('llama', { query: 1, shared: 1 }, { ...shapes, 'token_embd.weight': [2, 3] })
  expect(changes(await convertPeft(files, base))).toEqual({ 'blk.0.attn_q.weight': 3 })
})

test.each<[string, object, Parameters<typeof safetensors>[0] | undefined, string]>([
  ['DoRA', { use_dora: true }, undefined, 'a DoRA adapter (use_dora)'],
  ['another kind of adapter', { peft_type: 'IA3' }, undefined, 'an adapter of the kind IA3'],
  ['repeated layers', { layer_replication: [[0, 1]] }, undefined, 'layer_replication'],
  ['a base that was changed first', { init_lora_weights: 'pissa_niter_4' }, undefined, 'pissa_niter_4'],
  ['an activated LoRA', { alora_invocation_tokens: [1] }, undefined, 'alora_invocation_tokens'],
  [
    'DoRA by its tensors',
    {},
    { ...both, [`${at}.q_proj.lora_magnitude_vector`]: { shape: [2], values: [1, 1] } },
    'lora_magnitude_vector',
  ],
  ['biases', {}, { ...both, [`${at}.q_proj.bias`]: { shape: [2], values: [1, 1] } }, 'changes biases'],
  [
    'biases of factors',
    {},
    { ...both, [`${at}.q_proj.lora_B.bias`]: { shape: [2], values: [1, 1] } },
    'changes biases',
  ],
  [
    'whole weights',
    {},
    { ...both, 'base_model.model.lm_head.weight': { shape: [1, 1], values: [1] } },
    'lm_head.weight',
  ],
])('an adapter with %s is refused by name', async (_, config, tensors, named) => {
  const files = await adapter({ rank_pattern: { o_proj: 4 }, ...config }, tensors)
  await expect(convertPeft(files, await tiny())).rejects.toMatchObject({
    code: 'model-unsupported',
    message: expect.stringContaining(named),
    hint: expect.stringMatching(/./),
  })
})

test.each<[string, Parameters<typeof safetensors>[0], string]>([
  [
    'other shapes',
    {
      [`${at}.q_proj.lora_A.weight`]: { shape: [1, 3], values: [1, 1, 1] },
      [`${at}.q_proj.lora_B.weight`]: { shape: [2, 1], values: [1, 1] },
    },
    'blk.0.attn_q.weight is 3 × 2 there and 2 × 2 in the model',
  ],
  ['more layers', pair('base_model.model.model.layers.7.self_attn.q_proj', 1), 'no blk.7.attn_q.weight'],
  ['modules of another family', pair(`${at}.qkv_proj`, 1), 'model.layers.0.self_attn.qkv_proj'],
  [
    'factors of different ranks',
    {
      [`${at}.q_proj.lora_A.weight`]: { shape: [1, 2], values: [1, 1] },
      [`${at}.q_proj.lora_B.weight`]: { shape: [2, 2], values: [1, 1, 1, 1] },
    },
    'factors of blk.0.attn_q do not fit',
  ],
  [
    'a factor that is no matrix',
    {
      [`${at}.q_proj.lora_A.weight`]: { shape: [2], values: [1, 1] },
      [`${at}.q_proj.lora_B.weight`]: { shape: [2, 1], values: [1, 1] },
    },
    'no matrix',
  ],
])(
  'an adapter with %s is told to be for another model, and which it was trained on',
  async (_, tensors, named) => {
    await expect(convertPeft(await adapter({}, tensors), await tiny())).rejects.toMatchObject({
      code: 'adapter-mismatch',
      message: expect.stringContaining(named),
      hint: expect.stringContaining('someone/tiny'),
    })
  },
)

test.each(['lm_head', 'model.embed_tokens'])(
  'a change of %s is refused where the output layer is the embeddings',
  async (module) => {
    const isHead = module === 'lm_head'
    const [a, b] = isHead ? ['lora_A.weight', 'lora_B.weight'] : ['lora_embedding_A', 'lora_embedding_B']
    const [rows, columns] = isHead ? [3, 2] : [2, 3]
    const tensors = {
      [`base_model.model.${module}.${a}`]: { shape: [1, columns], values: Array<number>(columns).fill(1) },
      [`base_model.model.${module}.${b}`]: { shape: [rows, 1], values: Array<number>(rows).fill(1) },
    }
    const tied = await model('qwen2', { query: 1, shared: 1 }, { 'token_embd.weight': [2, 3] })
    await expect(convertPeft(await adapter({}, tensors), tied)).rejects.toMatchObject({
      code: 'model-unsupported',
      message: expect.stringContaining(`changes ${module}`),
    })
  },
)

test.each<[string, Buffer, string]>([
  ['too short', Buffer.from('abc'), 'it has 3 bytes'],
  ['a header longer than the file', Buffer.from('ffffffffffffff7f', 'hex'), 'its header would be'],
  ['a header of 90 MB in a small file', Buffer.from('00605d0500000000', 'hex'), 'its header would be'],
  ['no JSON', safetensors({}, () => 'x'), 'does not begin with “{”'],
  ['JSON that breaks off', safetensors({}, () => '{"a":'), 'it is no JSON'],
  [
    'a tensor twice',
    safetensors({}, () => '{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"a":1}'),
    '“a” twice',
  ],
  ['a web page', Buffer.from('<!DOCTYPE html><html></html>'), 'its header would be'],
  ['a Git LFS pointer', Buffer.from('version https://git-lfs.github.com/spec/v1\n'), 'Git LFS pointer'],
  [
    'a shape that is no list',
    safetensors({ a: { shape: [1], values: [1] } }, (h) => ({ a: { ...(h['a'] as object), shape: 3 } })),
    'no tensor',
  ],
  [
    'a negative size',
    safetensors({ a: { shape: [1], values: [1] } }, (h) => ({ a: { ...(h['a'] as object), shape: [-1] } })),
    'no tensor',
  ],
  [
    'a shape larger than its bytes',
    safetensors({ a: { shape: [1], values: [1] } }, (h) => ({
      a: { ...(h['a'] as object), shape: [1e9, 1e9] },
    })),
    'a would be',
  ],
  [
    'an end past the file',
    safetensors({ a: { shape: [1], values: [1] } }, () => ({
      a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
    })),
    'a ends at byte',
  ],
  [
    'tensors that lie over each other',
    safetensors({ a: { shape: [2], values: [1, 2] } }, (h) => ({
      ...h,
      b: { dtype: 'F32', shape: [1], data_offsets: [4, 8] },
    })),
    'lies over another',
  ],
  [
    'an unknown type',
    safetensors({ a: { shape: [1], values: [1] } }, (h) => ({ a: { ...(h['a'] as object), dtype: 'F3' } })),
    'the type F3',
  ],
  [
    'integers for weights',
    safetensors(pair(`${at}.q_proj`, 1), (h) =>
      Object.fromEntries(
        Object.entries(h).map(([name, entry]) => [name, { ...(entry as object), dtype: 'I32' }]),
      ),
    ),
    'of type I32',
  ],
  ['numbers that are none', safetensors(pair(`${at}.q_proj`, 1, NaN)), 'no numbers'],
  [
    'one factor alone',
    safetensors({ [`${at}.q_proj.lora_A.weight`]: { shape: [1, 2], values: [1, 1] } }),
    'one factor',
  ],
  ['no tensor', safetensors({}), 'no factors of a LoRA'],
])('weights that are %s are told with their file and what to do', async (_, bytes, named) => {
  await expect(convertPeft(await adapter({}, bytes), await tiny())).rejects.toMatchObject({
    code: 'model-unreadable',
    message: expect.stringMatching(
      new RegExp(`“mine/adapter_model.safetensors”.*${named.replaceAll(/[()]/g, '.')}`),
    ),
    hint: expect.stringMatching(/./),
  })
})

test.each<[string, string, string]>([
  ['no JSON', '{', 'it is no JSON'],
  ['a list', '[]', 'expected object'],
  ['a key twice', '{"peft_type":"LORA","r":1,"r":2,"lora_alpha":1}', '“r” twice'],
  ['no rank', '{"peft_type":"LORA","lora_alpha":1}', '“r”'],
  ['a rank of nothing', '{"peft_type":"LORA","r":0,"lora_alpha":1}', 'a rank is at least 1'],
  [
    'another rank',
    '{"peft_type":"LORA","r":2,"lora_alpha":1}',
    'rank of model.layers.0.self_attn.q_proj is 2',
  ],
  [
    'an expression that takes for ever',
    '{"peft_type":"LORA","r":1,"lora_alpha":1,"alpha_pattern":{"(a+)+":1}}',
    'alpha_pattern',
  ],
  ['bytes that are no text', '\xff', 'no UTF-8'],
])('a configuration that is %s is told with its file', async (_, text, named) => {
  const files = await adapter({})
  await writeFile(files.config.path, Buffer.from(text, 'latin1'))
  await expect(convertPeft(files, await tiny())).rejects.toMatchObject({
    code: 'model-unreadable',
    message: expect.stringMatching(
      new RegExp(`“mine/adapter_config.json”.*${named.replaceAll(/[()]/g, '.')}`),
    ),
  })
})

test('a model of a family that adapters are not read for is named', async () => {
  const base = await model('mamba', { query: 1, shared: 1 }, { 'token_embd.weight': [2, 3] })
  await expect(convertPeft(await adapter({}), base)).rejects.toMatchObject({
    code: 'model-unsupported',
    message: expect.stringContaining('base.gguf is a mamba model'),
  })
})
