import type { LanguageModel, SamplingSettings } from '@woolgather/llama'
import { formsOf, type WordBias } from './word-bias.ts'

/** A biased word as a model's tokens: each form that it may take. */
export interface ResolvedBias extends WordBias {
  forms: { text: string; tokens: number[] }[]
}

/**
 * What a word may follow. Vocabularies differ in what they put before a text that they are given alone (a space, where
 * SentencePiece was trained so), and in which signs they take together with a word.
 */
const before = ['\n', '(', '"']

/** Every word with the tokens of its forms; forms of the same tokens once. */
export function resolveBiases(model: LanguageModel, biases: readonly WordBias[]): ResolvedBias[] {
  const read = wordReader(model)
  return biases.map((bias) => {
    const forms = new Map<string, { text: string; tokens: number[] }>()
    for (const text of formsOf(bias)) {
      for (const tokens of read(text)) {
        if (tokens.length > 0 && !forms.has(tokens.join())) forms.set(tokens.join(), { text, tokens })
      }
    }
    return { ...bias, forms: [...forms.values()] }
  })
}

/** Reads a text as the tokens that it is within another: those that follow what stands before it. */
function wordReader(model: LanguageModel): (text: string) => number[][] {
  const tokenize = (text: string): number[] => model.tokenize(text, { addBos: false })
  const known = before.map((sign) => ({ sign, tokens: tokenize(sign) }))
  return (text) => {
    const found = known.flatMap(({ sign, tokens }) => {
      const together = tokenize(sign + text)
      return tokens.every((token, index) => together[index] === token) ? [together.slice(tokens.length)] : []
    })
    return found.length > 0 ? found : [tokenize(text)]
  }
}

/**
 * The words that count by a number, as the runtime biases them: a form of one token always; of a longer one the last
 * token, where the others stand before it (Hugging Face's SequenceBias).
 */
export function biasSettings(
  model: LanguageModel,
  biases: readonly WordBias[],
): Pick<SamplingSettings, 'logitBias' | 'sequenceBias'> {
  const weighted = resolveBiases(model, biases).flatMap(({ weight, forms }) =>
    typeof weight === 'number' ? forms.map(({ tokens }) => ({ tokens, bias: weight })) : [],
  )
  const logitBias = weighted.flatMap(({ tokens, bias }) =>
    tokens.length === 1 ? tokens.map((token) => ({ token, bias })) : [],
  )
  const sequenceBias = weighted.filter(({ tokens }) => tokens.length > 1)
  return { ...(logitBias.length > 0 && { logitBias }), ...(sequenceBias.length > 0 && { sequenceBias }) }
}
