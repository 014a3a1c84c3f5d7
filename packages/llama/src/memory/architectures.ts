/**
 * Architectures that generate text in the pinned llama.cpp: `LLM_ARCH_NAMES` in its llama-arch.cpp without those
 * of `otherArchitectures`. A test compares both with the source that node-llama-cpp ships.
 */
export const generatingArchitectures: ReadonlySet<string> = new Set([
  'llama',
  'llama4',
  'deci',
  'falcon',
  'grok',
  'gpt2',
  'gptj',
  'gptneox',
  'mpt',
  'baichuan',
  'starcoder',
  'refact',
  'bloom',
  'stablelm',
  'qwen',
  'qwen2',
  'qwen2moe',
  'qwen2vl',
  'qwen3',
  'qwen3moe',
  'qwen3next',
  'qwen3vl',
  'qwen3vlmoe',
  'qwen35',
  'qwen35moe',
  'qwen4exp',
  'phi2',
  'phi3',
  'phimoe',
  'plamo',
  'plamo2',
  'plamo3',
  'codeshell',
  'orion',
  'internlm2',
  'minicpm',
  'minicpm3',
  'gemma',
  'gemma2',
  'gemma3',
  'gemma3n',
  'gemma4',
  'starcoder2',
  'mamba',
  'mamba2',
  'jamba',
  'falcon-h1',
  'xverse',
  'command-r',
  'cohere2',
  'cohere2moe',
  'dbrx',
  'olmo',
  'olmo2',
  'olmoe',
  'muse-glimmer',
  'openelm',
  'arctic',
  'deepseek',
  'deepseek2',
  'deepseek2-ocr',
  'deepseek32',
  'deepseek4',
  'chatglm',
  'glm4',
  'glm4moe',
  'glm-dsa',
  'bitnet',
  'jais',
  'jais2',
  'nemotron',
  'nemotron_h',
  'nemotron_h_moe',
  'exaone',
  'exaone4',
  'exaone-moe',
  'rwkv6',
  'rwkv6qwen2',
  'rwkv7',
  'arwkv7',
  'granite',
  'granitemoe',
  'granitehybrid',
  'graniteswitch',
  'granite_swa',
  'chameleon',
  'plm',
  'bailingmoe',
  'bailingmoe2',
  'bailingmoe3',
  'dots1',
  'dots3note',
  'arcee',
  'afmoe',
  'laguna',
  'ernie4_5',
  'ernie4_5-moe',
  'hunyuan-moe',
  'hunyuan-dense',
  'hunyuan_vl',
  'hy_v3',
  'smollm3',
  'gpt-oss',
  'lfm2',
  'lfm2moe',
  'smallthinker',
  'seed_oss',
  'grovemoe',
  'apertus',
  'minimax-01',
  'minimax-m2',
  'minimax-m3',
  'cogvlm',
  'pangu-embedded',
  'mistral3',
  'mistral4',
  'paddleocr',
  'mimo2',
  'step35',
  'maincoder',
  'kimi-linear',
  'kimi-k3',
  'talkie',
  'mellum',
  'nanbeige',
])

/** Of these llama.cpp computes other numbers where two texts share a decode call: each is decoded alone. */
export const aloneArchitectures: ReadonlySet<string> = new Set(['plamo2', 'qwen4exp'])

/** Of these llama.cpp reads a text otherwise in one go than token by token: no request is the same as another. */
export const unevenArchitectures: ReadonlySet<string> = new Set(['cogvlm'])

/** Besides recurrent and hybrid models, those of whose state no part can be copied or removed (compressed caches). */
export const wholeStateArchitectures: ReadonlySet<string> = new Set(['deepseek4'])

/** Encoders, which read a text whole and make one vector of it: they embed, and write nothing. */
export const embeddingArchitectures: ReadonlySet<string> = new Set([
  'bert',
  'modern-bert',
  'nomic-bert',
  'nomic-bert-moe',
  'neo-bert',
  'jina-bert-v2',
  'jina-bert-v3',
  'eurobert',
  'gemma-embedding',
  'llama-embed',
])

/**
 * Masked diffusion models: every token sees all others, and a text is filled in step by step. llama.cpp keeps no memory
 * for them.
 */
export const diffusionArchitectures: ReadonlySet<string> = new Set(['dream', 'llada', 'llada-moe', 'rnd1'])

/** Of these, which llama.cpp computes alike with memory, and under which label: one that is as long. */
export const labelsWithMemory: ReadonlyMap<string, string> = new Map([
  ['llada', 'llama'],
  ['dream', 'qwen2'],
])

/** Of these, as what their weights wrote from left to right before they were trained to fill holes. */
export const writersBefore: ReadonlyMap<string, string> = new Map([
  ['llada', 'llama'],
  ['dream', 'qwen2'],
  ['rnd1', 'qwen3moe'],
])

/** Architectures that llama.cpp reads but that cannot write text one token after another, and what they are. */
export const otherArchitectures: ReadonlyMap<string, string> = new Map([
  ['clip', 'an image encoder (mmproj)'],
  ['t5', 'an encoder and decoder pair'],
  ['t5encoder', 'the encoder of such a pair'],
  ['wavtokenizer-dec', 'an audio decoder'],
  ['qwen3tts', 'a speech model'],
  ['pockettts', 'a speech model'],
  ['eagle3', 'a draft model, of use only beside a bigger one'],
  ['dflash', 'a draft model, of use only beside a bigger one'],
  ['gemma4-assistant', 'a draft model, of use only beside a bigger one'],
])
