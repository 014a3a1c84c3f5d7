import { readLoraFile, type LoraFile } from '@woolgather/gguf'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SafetensorsFile } from '../imports/format/safetensors.ts'
import { convertPeft, type PeftFiles } from '../imports/peft/convert-peft.ts'
import { fixture, writeEmptyModel } from '../imports/testing/peft-folder.ts'
import { peftOf, writePeft } from './write-peft.ts'

let scratch = ''
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'woolgather-peft-'))
})
afterAll(() => rm(scratch, { recursive: true }))

const filesIn = (folder: string): PeftFiles => ({
  name: 'mine',
  config: { name: 'adapter_config.json', path: path.join(folder, 'adapter_config.json') },
  weights: { name: 'adapter_model.safetensors', path: path.join(folder, 'adapter_model.safetensors') },
})

/** The tensors of an adapter's file, by name. */
async function tensorsIn(
  folder: string,
): Promise<Map<string, { shape: readonly number[]; values: readonly number[] }>> {
  await using file = await SafetensorsFile.open(filesIn(folder).weights)
  const read = [...file.tensors.values()].map(
    async (tensor) =>
      [tensor.name, { shape: tensor.shape, values: [...(await file.readFloats(tensor))] }] as const,
  )
  return new Map(await Promise.all(read))
}

/** The model that a LoRA is for, as far as its shapes tell. */
async function modelOf(family: string, lora: LoraFile, heads = { query: 4, shared: 2 }) {
  const shapes = lora.matrices.map(({ tensor, rows, columns }) => [tensor, [columns, rows]] as const)
  const head = ['output.weight', [16, 320]] as const
  const name = path.join(scratch, `${family}.gguf`)
  return {
    name: 'base.gguf',
    file: await writeEmptyModel(name, lora.architecture, heads, Object.fromEntries([head, ...shapes])),
  }
}

const families = (await readdir(fixture(''))).flatMap((name) => /^adapter-(.+)$/.exec(name)?.[1] ?? [])

test.each(families)(
  'what PEFT saved for %s and was made a LoRA is written again as PEFT saved it, to the last bit [R85]',
  async (family) => {
    const theirs = fixture(`adapter-${family}/adapter`)
    const isFalcon = family === 'falcon'
    const lora = isFalcon ? undefined : await readLoraFile(fixture(`adapter-${family}/reference.gguf`))
    const base = lora ? await modelOf(family, lora) : await falcon()
    await using _file = base.file
    const read = lora ?? (await convertPeft(filesIn(theirs), base))
    const header = base.file.header
    const own = path.join(scratch, `${family}-adapter`)
    await writePeft(own, peftOf(read, { name: base.name, header }), { note: 'mine' })
    expect(await tensorsIn(own)).toEqual(await tensorsIn(theirs))
    // Read again it counts as much, whatever the configuration says it by.
    const again = await convertPeft(filesIn(own), base)
    const byName = ({ matrices }: LoraFile) => matrices.toSorted((a, b) => (a.tensor < b.tensor ? -1 : 1))
    expect({ ...again, matrices: byName(again) }).toEqual({ ...read, matrices: byName(read) })
  },
)

async function falcon() {
  const shapes = [0, 1].flatMap((block) => [
    [`blk.${block}.attn_qkv.weight`, [16, 32]],
    [`blk.${block}.attn_output.weight`, [16, 16]],
    [`blk.${block}.ffn_up.weight`, [16, 64]],
    [`blk.${block}.ffn_down.weight`, [64, 16]],
  ])
  const file = path.join(scratch, 'falcon.gguf')
  const heads = { query: 4, shared: 2 }
  return { name: 'base.gguf', file: await writeEmptyModel(file, 'falcon', heads, Object.fromEntries(shapes)) }
}

const matrix = (tensor: string, rank: number): LoraFile['matrices'][number] => ({
  ...{ tensor, expert: 0, rows: 16, columns: 16, rank },
  ...{ a: new Float32Array(16 * rank).fill(1), b: new Float32Array(16 * rank).fill(2) },
})

test.each<[string, number, object]>([
  [
    'as its alpha says',
    6,
    { r: 2, lora_alpha: 6, rank_pattern: { 'model.layers.1.mlp.up_proj': 4 }, alpha_pattern: {} },
  ],
  [
    'once, where it has none',
    0,
    {
      ...{ r: 2, lora_alpha: 2, rank_pattern: { 'model.layers.1.mlp.up_proj': 4 } },
      alpha_pattern: { 'model.layers.1.mlp.up_proj': 4 },
    },
  ],
])('a LoRA of several ranks counts %s, and names the modules that it changes', async (_, alpha, wanted) => {
  const matrices = [
    matrix('blk.0.attn_q.weight', 2),
    matrix('blk.1.attn_q.weight', 2),
    matrix('blk.1.ffn_up.weight', 4),
  ]
  const metadata = new Map<string, string | number>([
    ['general.architecture', 'qwen2'],
    ['qwen2.block_count', 2],
    ['general.source.huggingface.repository', 'someone/tiny'],
  ])
  const { config } = peftOf(
    { architecture: 'qwen2', alpha, matrices },
    { name: 'base.gguf', header: { metadata } },
  )
  expect(config).toMatchObject({
    ...wanted,
    base_model_name_or_path: 'someone/tiny',
    target_modules: ['q_proj', 'model.layers.1.mlp.up_proj'],
  })
})

test('a LoRA of another architecture, and one that PEFT has no names for, are refused', async () => {
  const header = (architecture: string) => ({ metadata: new Map([['general.architecture', architecture]]) })
  const lora = { architecture: 'llama', alpha: 1, matrices: [matrix('blk.0.attn_q.weight', 2)] }
  expect(() => peftOf(lora, { name: 'base.gguf', header: header('gemma') })).toThrow(
    'The LoRA is for llama models, and base.gguf is one of gemma.',
  )
  const other = { ...lora, architecture: 'mamba' }
  expect(() => peftOf(other, { name: 'base.gguf', header: header('mamba') })).toThrow('is not known here')
  const odd = { ...lora, matrices: [matrix('blk.0.ssm_in.weight', 2)] }
  expect(() => peftOf(odd, { name: 'base.gguf', header: header('llama') })).toThrow(
    'changes blk.0.ssm_in.weight',
  )
})

test('its weights carry what is told of it, and where a folder was, both files are new ones', async () => {
  const metadata = new Map<string, string | number>([
    ['general.architecture', 'qwen2'],
    ['qwen2.block_count', 1],
  ])
  const lora = (rank: number) => ({
    architecture: 'qwen2',
    alpha: 4,
    matrices: [matrix('blk.0.attn_q.weight', rank)],
  })
  const folder = path.join(scratch, 'twice')
  for (const rank of [2, 3]) {
    await writePeft(folder, peftOf(lora(rank), { name: 'b', header: { metadata } }), {
      'woolgather.workflow': '{"a":1}',
    })
  }
  expect((await readdir(folder)).toSorted()).toEqual(['adapter_config.json', 'adapter_model.safetensors'])
  const weights = await readFile(path.join(folder, 'adapter_model.safetensors'))
  const size = Number(weights.readBigUInt64LE(0))
  expect(size % 8).toBe(0)
  const header = JSON.parse(weights.toString('utf8', 8, 8 + size)) as Record<string, { shape: number[] }>
  expect(header['__metadata__']).toEqual({ format: 'pt', 'woolgather.workflow': '{"a":1}' })
  expect(header['base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight']?.shape).toEqual([3, 16])
})
