import { quantizeWithLlama, randomValues, writeGguf } from '@woolgather/ggml/testing'
import { fileTypeNumber, ggmlTypes, openGguf } from '@woolgather/gguf'
import { outputTypes, type ModelRecipe } from '@woolgather/workflow'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestMakers, type TestMakers } from '../testing/open-test-makers.ts'

let makers: TestMakers
const at = (name: string): string => makers.at(name)
const options = { signal: new AbortController().signal, onProgress: () => {}, metadata: {} }

beforeAll(async () => {
  makers = await openTestMakers()
})
afterAll(() => makers[Symbol.asyncDispose]())

/** Names of tensors decide what they are stored as: those that any architecture has. */
const ofLayers = [
  ...['q', 'k', 'v', 'qkv', 'kv_b', 'k_b', 'output', 'norm', 'q_norm', 'rel_b'].map(
    (part) => `attn_${part}.weight`,
  ),
  ...['up', 'gate', 'down', 'norm', 'gate_inp', 'down_shexp'].map((part) => `ffn_${part}.weight`),
  ...['gate', 'up', 'down'].map((part) => `ffn_${part}_exps.weight`),
  ...['in', 'out', 'x', 'dt', 'conv1d', 'norm'].map((part) => `ssm_${part}.weight`),
  ...['first', 'w1', 'v2', 'a0', 'g2', 'decay_w1', 'lerp_fused', 'key'].map(
    (part) => `time_mix_${part}.weight`,
  ),
  ...['shortconv.conv.weight', 'shortconv.in_proj.weight', 'altup_router.weight', 'laurel_l.weight'],
  ...['indexer.k_proj.weight', 'indexer.attn_k.weight', 'inp_gate.weight', 'ssm_a', 'attn_q.bias'],
]
/** Of which the number of the layer decides, too. */
const ofManyLayers = ['attn_v', 'attn_qkv', 'attn_output', 'ffn_down', 'ffn_down_exps'].map(
  (part) => `${part}.weight`,
)
const outside = [
  ...[
    'token_embd',
    'token_embd_norm',
    'per_layer_token_embd',
    'per_layer_model_proj',
    'position_embd',
    'token_types',
  ],
  ...['output_norm', 'cls'],
].map((name) => `${name}.weight`)

interface Kind {
  architecture: string
  layers?: number
  heads?: number
  kvHeads?: number
  experts?: number
  tied?: boolean
  /** Of rows: those that no multiples of 256 fill, or of 32, fall back. */
  columns?: number
  figures?: Record<string, number>
}

const kinds: Record<string, Kind> = {
  'a small one': { architecture: 'llama', layers: 17 },
  'one whose output layer is its embeddings': { architecture: 'llama', tied: true },
  'one that shares its values among heads': { architecture: 'llama', heads: 8, kvHeads: 2 },
  'one of 70 billion parameters': { architecture: 'llama', layers: 80, heads: 8, kvHeads: 1 },
  'its kin of 80 layers': { architecture: 'qwen2', layers: 80 },
  'eight experts': { architecture: 'llama', layers: 9, experts: 8 },
  'other counts of experts': { architecture: 'llama', layers: 9, experts: 4 },
  Falcon: { architecture: 'falcon', layers: 17 },
  Mamba: {
    architecture: 'mamba',
    figures: { 'ssm.conv_kernel': 4, 'ssm.inner_size': 8, 'ssm.state_size': 8, 'ssm.time_step_rank': 8 },
  },
  'rows of 64': { architecture: 'llama', columns: 64 },
  'rows of 40': { architecture: 'llama', columns: 40 },
}

/** A model of every kind of tensor, of no sense: the quantiser looks at names, shapes and a few figures. */
function writeKind(file: string, { architecture, layers = 4, heads = 2, ...kind }: Kind): void {
  const columns = kind.columns ?? 256
  const names = [
    ...outside,
    ...(kind.tied ? [] : ['output.weight']),
    ...Array.from({ length: layers }, (_, layer) =>
      (layer < 1 ? ofLayers : ofManyLayers).map((part) => `blk.${layer}.${part}`),
    ).flat(),
  ]
  const figure = ([key, value]: [string, number]): [string, { u32: number }] => [
    `${architecture}.${key}`,
    { u32: value },
  ]
  writeGguf(
    at(file),
    {
      'general.architecture': { text: architecture },
      ...Object.fromEntries(
        Object.entries({
          block_count: layers,
          context_length: 64,
          embedding_length: columns,
          feed_forward_length: columns,
          'attention.head_count': heads,
          'attention.head_count_kv': kind.kvHeads ?? heads,
          ...(kind.experts && { expert_count: kind.experts, expert_used_count: 2 }),
          ...kind.figures,
        }).map(figure),
      ),
      [`${architecture}.attention.layer_norm_rms_epsilon`]: { f32: 1e-5 },
      [`${architecture}.attention.layer_norm_epsilon`]: { f32: 1e-5 },
    },
    names.map((name, index) => {
      const shape =
        name.endsWith('_norm.weight') || !name.endsWith('weight') ? [columns] : [columns, 1 + (index % 2)]
      const count = shape.reduce((product, size) => product * size, 1)
      const data = (): Uint8Array => new Uint8Array(randomValues(index + 1, count, 1).buffer)
      return { name, type: 'F32', shape, bytes: count * 4, data }
    }),
  )
}

async function read(file: string): Promise<Record<string, string>> {
  await using model = await openGguf(at(file))
  const told: Record<string, string> = {}
  for (const tensor of model.tensors) {
    const bytes = Buffer.from(await model.readRows(tensor, 0, tensor.rows)).toString('hex')
    told[tensor.name] = `${ggmlTypes.get(tensor.type)?.name} ${bytes}`
  }
  return told
}

/** Where there are many layers, each type takes its time. */
const isFull = process.env['WOOLGATHER_TEST_FULL'] === '1'
const mixed = ['Q3_K_M', 'Q4_K_M'] as const

test.each(Object.keys(kinds))(
  'in every type, each tensor has the type and the bytes that llama-quantize gives it: %s',
  async (kind) => {
    writeKind('kind.gguf', kinds[kind]!)
    const recipe: ModelRecipe = { kind: 'file', file: 'kind.gguf', adapters: [] }
    const isLarge = kinds[kind]!.layers === 80
    for (const type of isLarge && !isFull ? mixed : outputTypes) {
      if (type === 'auto') continue
      await makers.maker.save(at('ours.gguf'), recipe, { ...options, type })
      await quantizeWithLlama(at('kind.gguf'), at('theirs.gguf'), fileTypeNumber(type)!)
      expect([type, await read('ours.gguf')]).toEqual([type, await read('theirs.gguf')])
    }
  },
)
