/** What is known of architectures beside what llama.cpp's test of them says: figures, tensors, vocabularies, names. */

const typeCount = ['tokenizer.ggml.token_type_count=2']
const rwkv = [
  'attention.decay_lora_rank=32',
  'attention.iclr_lora_rank=32',
  'attention.value_residual_mix_lora_rank=32',
  'attention.gate_lora_rank=32',
]

/** Figures that the test leaves out, because it does not build these models. */
export const figures = {
  bert: typeCount,
  'nomic-bert': typeCount,
  'nomic-bert-moe': [...typeCount, 'moe_every_n_layers=2', 'expert_count=2', 'expert_used_count=1'],
  'jina-bert-v3': typeCount,
  rwkv7: rwkv,
  arwkv7: rwkv,
}

const linearAttention = [
  ['blk.0.attn_qkv.weight', 256, 768],
  ['blk.0.attn_gate.weight', 256, 256],
]
const indexer = [0, 1].flatMap((block) => [
  [`blk.${block}.indexer.k_norm.weight`, 128],
  [`blk.${block}.indexer.k_norm.bias`, 128],
  [`blk.${block}.indexer.proj.weight`, 128, 64],
  [`blk.${block}.indexer.attn_k.weight`, 128, 128],
  [`blk.${block}.indexer.attn_q_b.weight`, 512, 8192],
])
const convolutionBias = (...blocks) => blocks.map((block) => [`blk.${block}.ssm_conv1d.bias`, 1024])
const relativeBias = (...sides) => sides.map((side) => [`${side}.blk.0.attn_rel_b.weight`, 2, 8])

/** Tensors that a loader takes for optional, that published models have, and that models do not compute without. */
export const tensors = {
  qwen3next: linearAttention,
  qwen35: linearAttention,
  qwen35moe: linearAttention,
  'falcon-h1': convolutionBias(0, 1),
  granitehybrid: convolutionBias(1),
  nemotron_h: convolutionBias(1),
  nemotron_h_moe: convolutionBias(1),
  'glm-dsa': indexer,
  t5: relativeBias('enc', 'dec'),
  t5encoder: relativeBias('enc'),
  phi3: [0, 1].map((block) => [`blk.${block}.attn_qkv.weight`, 256, 768]),
}

const sentencePiece = new Set(
  `llama deci llama-embed baichuan gemma gemma2 gemma3 gemma3n gemma4 gemma-embedding phi3 phimoe mistral3 internlm2
  minicpm orion xverse plamo grok t5 t5encoder jina-bert-v3`.split(/\s+/),
)
const wordPiece = new Set(['bert', 'nomic-bert', 'nomic-bert-moe', 'jina-bert-v2', 'neo-bert'])

/** The kind that published models of an architecture have; most have pairs of bytes. */
function vocabularyOf(architecture) {
  if (wordPiece.has(architecture)) return 'wordPiece'
  return sentencePiece.has(architecture) ? 'sentencePiece' : 'bytes'
}

/** Models that people know under other names. */
const knownAs = {
  llama: 'LLaMA, Vicuna, Alpaca, Mistral 7B',
  'llama experts': 'Mixtral',
  gptneox: 'RedPajama, Pythia',
  'deepseek2 experts': 'DeepSeek 2 and 3',
}

/** Formats of chats that models of an architecture were trained on; most have one like ChatML. */
const formats = {
  llama: ['llama2', 'llama3', 'vicuna', 'alpaca', 'mistral'],
  'llama experts': ['mistral'],
  gptneox: ['redpajama'],
  falcon: ['falcon'],
  gemma: ['gemma'],
  gemma2: ['gemma'],
  gemma3: ['gemma'],
  gemma3n: ['gemma'],
  phi3: ['phi3'],
  mistral3: ['mistral'],
}

/** llama.cpp attends to some blocks of tokens only, but to all where sequences share a cache, as they do in Woolgather. */
const blockwise = new Set(['minimax-m3'])

/** Models that fill masked tokens, seeing the whole text. */
export const diffusers = new Set(['dream', 'llada', 'llada-moe', 'rnd1'])

/** Models that the test does not have, made of those that it has. */
export const variants = [{ architecture: 'qwen35', kind: 'plain', variant: 'multi-token prediction' }]

/** What a row of the table is about. */
export function describe({ architecture, kind, variant }) {
  const name = [
    architecture,
    ...(kind === 'experts' ? ['experts'] : []),
    ...(variant ? [`with ${variant}`] : []),
  ].join(' ')
  return {
    architecture,
    vocabulary: vocabularyOf(architecture),
    name,
    attendsToAll: blockwise.has(architecture),
    diffuses: diffusers.has(architecture),
    knownAs: knownAs[name],
    formats: formats[name] ?? ['chatml'],
  }
}
