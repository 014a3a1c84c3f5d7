import type { LanguageModel, SamplingSettings } from '@woolgather/llama'
import { formsOf, type WordBias } from './word-bias.ts'

/** A biased word as a model's tokens: each form that it may take. */
export interface ResolvedBias extends WordBias {
  forms: { text: string; tokens: number[] }[]
}

/** Every word with the tokens of its forms; forms of the same tokens once. */
export function resolveBiases(model: LanguageModel, biases: readonly WordBias[]): ResolvedBias[] {
  return biases.map((bias) => {
    const forms = new Map<string, { text: string; tokens: number[] }>()
    for (const text of formsOf(bias)) {
      const tokens = model.tokenize(text, { addBos: false })
      if (tokens.length > 0 && !forms.has(tokens.join())) forms.set(tokens.join(), { text, tokens })
    }
    return { ...bias, forms: [...forms.values()] }
  })
}

/**
 * The words as the runtime biases them. A form of one token counts always; of a longer one the last token, where the
 * others stand before it (Hugging Face's SequenceBias). “Only” forbids every token that no such word has.
 */
export function biasSettings(
  model: LanguageModel,
  biases: readonly WordBias[],
): Pick<SamplingSettings, 'logitBias' | 'sequenceBias'> {
  const resolved = resolveBiases(model, biases)
  const weighted = resolved.flatMap(({ weight, forms }) =>
    weight === 'only'
      ? []
      : forms.map(({ tokens }) => ({ tokens, bias: weight === 'never' ? -Infinity : weight })),
  )
  const single = weighted.flatMap(({ tokens, bias }) =>
    tokens.length === 1 ? tokens.map((token) => ({ token, bias })) : [],
  )
  const sequenceBias = weighted.filter(({ tokens }) => tokens.length > 1)
  const logitBias = [...single, ...forbidOthers(model, resolved)]
  return { ...(logitBias.length > 0 && { logitBias }), ...(sequenceBias.length > 0 && { sequenceBias }) }
}

function forbidOthers(
  model: LanguageModel,
  resolved: readonly ResolvedBias[],
): { token: number; bias: number }[] {
  const only = resolved.filter(({ weight }) => weight === 'only')
  if (only.length === 0) return []
  const allowed = new Set(only.flatMap(({ forms }) => forms.flatMap(({ tokens }) => tokens)))
  for (const token of model.endTokens()) allowed.add(token)
  return Array.from({ length: model.info.vocabSize }, (_, token) => token)
    .filter((token) => !allowed.has(token))
    .map((token) => ({ token, bias: -Infinity }))
}
