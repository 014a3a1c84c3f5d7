/**
 * What llama.cpp does with a LoRA of a tensor: adds it to the tensor's product, passes it over without a word, or ends
 * the process.
 */
export type LoraReach = 'added' | 'passed-over' | 'ends'

/**
 * By the part of a name within its layer. Measured on tiny random models of every architecture that llama.cpp builds
 * (0.4.0): what a LoRA of each tensor alone changes when it is applied, and when it is baked. Baked, all of them count.
 */
export function loraReach(architecture: string, tensor: string): LoraReach {
  const part = tensor.replace(/^blk\.\d+\./, '').replace(/\.weight$/, '')
  if (ends[architecture]?.test(part)) return 'ends'
  const isPassed = passedOver.test(part) || passedOverIn[architecture]?.test(part) === true
  return isPassed ? 'passed-over' : 'added'
}

/** llama.cpp asks for the precision of a product, and finds a sum. */
const ofSums = /^(attn_output|ffn_down|ffn_down_shexp)$/
const ends: Readonly<Record<string, RegExp>> = {
  glm4: ofSums,
  glm4moe: ofSums,
  jais2: ofSums,
  deepseek4: /^ffn_gate_inp$/,
  // Its embeddings are the output layer, by this name.
  codeshell: /^output$/,
}

/** Norms, convolutions, tables, and what a compressed cache is read through: no products, or ones without LoRAs. */
const passedOver = RegExp(
  [
    /norm$/,
    /^(position_embd|token_types|per_layer_token_embd|per_layer_model_proj|attn_rel_b|ffn_gate_tid2eid)$/,
    /^(ssm_conv1d|shortconv\.conv|ple_conv1d|attn_k_b|attn_v_b)$/,
    /^time_mix_(first|lerp_fused|decay_w[12]|[wavg][012])$/,
    /^altup_(proj|unembd_proj|router)$/,
  ]
    .map(({ source }) => source)
    .join('|'),
)

const compressed = /^(attn_(q|q_a|q_b|k|v|kv_a_mqa|kv_b)|output)$/
const indexed = /^(attn_(q_a|q_b|kv_a_mqa)|indexer\.(attn_k|attn_q_b|proj)|output)$/
const passedOverIn: Readonly<Record<string, RegExp>> = {
  deepseek2: compressed,
  'deepseek2-ocr': compressed,
  mistral4: compressed,
  deepseek32: indexed,
  'glm-dsa': indexed,
  dots3note: indexed,
  deepseek4: /^(output|attn_output_a|hc_attn_fn|hc_ffn_fn|attn_compressor_ape)$/,
  minicpm3: /^attn_(q_a|q_b|kv_a_mqa|kv_b)$/,
  plm: /^attn_(q|kv_a_mqa|kv_b)$/,
  bailingmoe3: /^(attn_\w+|ssm_\w+|output)$/,
  'kimi-linear': /^(attn_\w+|ssm_\w+|output)$/,
  'kimi-k3': /^(attn_\w+|ffn_(?!\w*_exps)\w+|ssm_\w+|output)$/,
  graniteswitch: /^attn_qkv$/,
  nemotron_h: /^ffn_latent_(down|up)$/,
  nemotron_h_moe: /^ffn_latent_(down|up)$/,
}
