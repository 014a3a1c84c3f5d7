import type { Step, TokenizerConfig, TokenizerJson } from './tokenizer-files.ts'

const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
const common = String.raw`[^\r\n\p{L}\p{N}]?\p{L}+`
const rest = String.raw` ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
const upper = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`
const lower = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`
const start = String.raw`[^\r\n\p{L}\p{N}]?`
const slashed = String.raw` ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
const han = '[一-龥ࠀ-一가-퟿]+'

const llama = `${contractions}|${common}|\\p{N}{1,3}|${rest}`

interface Known {
  /** Steps as `stepText` writes them. */
  steps: readonly string[]
  /** llama.cpp's name of it. */
  name: (json: TokenizerJson, config: TokenizerConfig) => string
  /** Whether a word that is a token is taken whole, without its merges, in llama.cpp; undefined: either way. */
  takesWhole?: boolean
}

/** Ways to cut a text before its pieces are merged, for which llama.cpp has a name. */
const known: readonly Known[] = [
  { steps: [`split ${llama}`, 'bytes'], name: ({ model }) => (model.ignore_merges ? 'llama-bpe' : 'dbrx') },
  {
    steps: [`split ${contractions}|${common}|\\p{N}|${rest}`, 'bytes'],
    name: () => 'qwen2',
    takesWhole: false,
  },
  {
    steps: [`split ${start}${upper}*${lower}+|${start}${upper}+${lower}*|\\p{N}|${slashed}`, 'bytes'],
    name: () => 'tekken',
  },
  {
    steps: [
      `split ${start}${upper}*${lower}+${contractions}?|${start}${upper}+${lower}*${contractions}?|\\p{N}{1,3}|${slashed}`,
      'bytes',
    ],
    name: () => 'gpt-4o',
    takesWhole: false,
  },
  {
    steps: ['bytes words'],
    // the same to llama.cpp: its converter knows vocabularies with NFC as OLMo's
    name: ({ normalizer }) => (normalizer ? 'olmo' : 'gpt-2'),
    takesWhole: false,
  },
  {
    steps: ['digits each', 'bytes words'],
    name: (_, config) => (config['clean_up_tokenization_spaces'] === false ? 'smollm' : 'starcoder'),
    takesWhole: false,
  },
  {
    steps: ['punctuation Contiguous', 'bytes words', 'digits', 'split [0-9][0-9][0-9]'],
    name: () => 'falcon',
    takesWhole: false,
  },
  {
    steps: [
      'split [\r\n]',
      String.raw`split \s?\p{L}+`,
      String.raw`split \s?\p{P}+`,
      `split ${han}`,
      'digits each',
      'bytes',
    ],
    name: () => 'deepseek-coder',
    takesWhole: false,
  },
]

/**
 * llama.cpp's name for how a tokenizer cuts texts before it merges. Its converter tells by the hash of a text's ids; here
 * by what decides them. Undefined: none that it has a name for.
 */
export function preTokenizerName(json: TokenizerJson, config: TokenizerConfig): string | undefined {
  const steps = stepsOf(json.pre_tokenizer).map(stepText).join('\n')
  const found = known.find((one) => one.steps.join('\n') === steps)
  if (found === undefined) return undefined
  if (found.takesWhole !== undefined && found.takesWhole !== (json.model.ignore_merges ?? false))
    return undefined
  return isPlain(json.normalizer) ? found.name(json, config) : undefined
}

function stepsOf(step: Step | null | undefined): Step[] {
  if (!step) return []
  const inside = step['pretokenizers']
  return step.type === 'Sequence' && Array.isArray(inside) ? (inside as Step[]).flatMap(stepsOf) : [step]
}

function stepText(step: Step): string {
  switch (step.type) {
    case 'Split': {
      const { Regex: pattern, String: text } = (step['pattern'] ?? {}) as { Regex?: string; String?: string }
      const isUsual = step['behavior'] === 'Isolated' && step['invert'] !== true
      return isUsual ? `split ${pattern ?? text}` : 'split otherwise'
    }
    case 'ByteLevel':
      if (step['add_prefix_space'] !== false) return 'bytes behind a space'
      return step['use_regex'] === false ? 'bytes' : 'bytes words'
    case 'Digits':
      return step['individual_digits'] === true ? 'digits each' : 'digits'
    case 'Punctuation':
      return `punctuation ${String(step['behavior'] ?? 'Isolated')}`
    default:
      return `${step.type}`
  }
}

/** Texts as they are, or composed, which most are. */
function isPlain(normalizer: Step | null | undefined): boolean {
  if (!normalizer || normalizer.type === 'NFC') return true
  const inside = normalizer['normalizers']
  return normalizer.type === 'Sequence' && Array.isArray(inside) && (inside as Step[]).every(isPlain)
}
