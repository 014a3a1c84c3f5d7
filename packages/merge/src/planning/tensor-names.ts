/** llama.cpp's names of a layer's tensors, and those that models are published with and mergekit's filters go by. */
const layerNames: ReadonlyMap<string, string> = new Map([
  ['attn_norm', 'input_layernorm'],
  ['attn_q', 'self_attn.q_proj'],
  ['attn_k', 'self_attn.k_proj'],
  ['attn_v', 'self_attn.v_proj'],
  ['attn_qkv', 'self_attn.qkv_proj'],
  ['attn_output', 'self_attn.o_proj'],
  ['attn_q_norm', 'self_attn.q_norm'],
  ['attn_k_norm', 'self_attn.k_norm'],
  ['post_attention_norm', 'post_attention_layernorm'],
  ['ffn_norm', 'post_attention_layernorm'],
  ['post_ffw_norm', 'post_feedforward_layernorm'],
  ['ffn_gate', 'mlp.gate_proj'],
  ['ffn_up', 'mlp.up_proj'],
  ['ffn_down', 'mlp.down_proj'],
  ['ffn_gate_inp', 'mlp.gate'],
  ['ffn_gate_exps', 'mlp.experts.gate_proj'],
  ['ffn_up_exps', 'mlp.experts.up_proj'],
  ['ffn_down_exps', 'mlp.experts.down_proj'],
])
const outerNames: ReadonlyMap<string, string> = new Map([
  ['token_embd', 'model.embed_tokens'],
  ['output_norm', 'model.norm'],
  ['output', 'lm_head'],
])

/** A tensor's place: in a layer, or outside all of them. */
export interface TensorPlace {
  layer: number | undefined
  /** The name without the layer's number: `attn_q.weight`. */
  part: string
}

/** The place of a tensor by its name, as llama.cpp (`blk.3.attn_q.weight`) or Hugging Face name them. */
export function placeOf(name: string): TensorPlace {
  const found = /^(?:blk|model\.layers)\.(?<layer>\d+)\.(?<part>.+)$/.exec(name)?.groups
  if (found === undefined) return { layer: undefined, part: name }
  return { layer: Number(found['layer']), part: found['part'] ?? '' }
}

/** The same tensor in another layer. */
export function inLayer(name: string, layer: number): string {
  return name.replace(/^(blk|model\.layers)\.\d+\./, (_, stem: string) => `${stem}.${layer}.`)
}

/** Names that a filter may match: llama.cpp's, and where it is known the one in mergekit's files. */
export function filterNames(name: string): string[] {
  const { layer, part } = placeOf(name)
  const [, stem = '', kind = ''] = /^(.+)\.(weight|bias)$/.exec(part) ?? []
  const published = (layer === undefined ? outerNames : layerNames).get(stem)
  if (published === undefined) return [name]
  return [name, layer === undefined ? `${published}.${kind}` : `model.layers.${layer}.${published}.${kind}`]
}

/** Tables of which each row, or each number of a bias, stands for a token. */
const ofVocabulary: readonly RegExp[] = [
  /^(token_embd|output|model\.embed_tokens|lm_head)\.(weight|bias)$/,
  // Gemma 3n and 4 have a second table of embeddings; layers that predict several tokens have their own.
  /^per_layer_token_embd\.weight$/,
  /^(blk|model\.layers)\.\d+\.nextn\.(embed_tokens|shared_head_head)\.weight$/,
  // Which experts a token goes to (DeepSeek 4).
  /^blk\.\d+\.ffn_gate_tid2eid\.weight$/,
]

/** Whether rows stand for tokens, so that vocabularies of different sizes show in it. */
export function isVocabularyTensor(name: string): boolean {
  return ofVocabulary.some((pattern) => pattern.test(name))
}
