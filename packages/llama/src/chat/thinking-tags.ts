import type { LanguageModel } from '../contract/interface.ts'

/** What a family of models writes around what it thinks before it answers. */
export interface ThinkingTags {
  readonly family: string
  readonly opens: string
  readonly closes: string
}

/** Of each family the tags, as its chat template writes them. A model is known by having the closing one as a token. */
export const thinkingTags: readonly ThinkingTags[] = [
  {
    family: 'Qwen3, DeepSeek R1, QwQ, GLM, MiniMax, Nemotron, SmolLM3',
    opens: '<think>',
    closes: '</think>',
  },
  { family: 'MiniMax M3', opens: '<mm:think>', closes: '</mm:think>' },
  { family: 'Seed-OSS', opens: '<seed:think>', closes: '</seed:think>' },
  { family: 'Magistral', opens: '[THINK]', closes: '[/THINK]' },
  { family: 'Command A Reasoning', opens: '<|START_THINKING|>', closes: '<|END_THINKING|>' },
  { family: 'EXAONE Deep', opens: '<thought>', closes: '</thought>' },
  { family: 'Kimi-VL', opens: '◁think▷', closes: '◁/think▷' },
  { family: 'Apertus', opens: '<|inner_prefix|>', closes: '<|inner_suffix|>' },
]

/** Tags of a model with their tokens; the opening one may be several, and then has none. */
export interface KnownTags extends ThinkingTags {
  readonly closing: number
  readonly opening: number | undefined
}

/** @returns `undefined` for models that think by no tags that are known */
export function findThinkingTags(model: Pick<LanguageModel, 'tokenize'>): KnownTags | undefined {
  for (const tags of thinkingTags) {
    const closing = onlyToken(model, tags.closes)
    if (closing !== undefined) return { ...tags, closing, opening: onlyToken(model, tags.opens) }
  }
  return undefined
}

/** The token that a text is, a control token too; `undefined` where it is several. */
export function onlyToken(model: Pick<LanguageModel, 'tokenize'>, text: string): number | undefined {
  const tokens = model.tokenize(text, { special: true, addBos: false })
  return tokens.length === 1 ? tokens[0] : undefined
}
