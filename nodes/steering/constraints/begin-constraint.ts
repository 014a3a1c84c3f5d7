import type { ConstraintSource, ConstraintState, Gate } from '@woolgather/constraint'
import { findThinkingTags, onlyToken, type GenerateRequest, type LanguageModel } from '@woolgather/llama'
import { WoolgatherError } from '@woolgather/workflow'
import type { ReadyModel } from '../../services/services.ts'
import { loadConstraints } from './load-constraints.ts'

/**
 * A constraint for one answer. One that begins after a token or the model's thinking waits for it.
 * @param prompt what is read before: thinking may have begun there
 * @throws WoolgatherError invalid-input, also where the model has no such token
 */
export async function beginConstraint(
  asked: ReadyModel,
  source: ConstraintSource,
  prompt: GenerateRequest['prompt'],
): Promise<ConstraintState> {
  const { model } = asked
  const inner = (await asked.constrain(source)).start()
  if (source.kind !== 'after' || 'text' in source.after) return inner
  const gate = 'token' in source.after ? tokenGate(model, source.after.token) : thinkingGate(model, prompt)
  const { startAfterToken } = await loadConstraints()
  return startAfterToken(inner, gate, { size: model.info.vocabSize, endTokens: model.endTokens() })
}

function tokenGate(model: LanguageModel, name: string): Gate {
  const closes = onlyToken(model, name)
  if (closes !== undefined) return { closes }
  throw new WoolgatherError(
    'invalid-input',
    `“${name}” is no token of this model, so no constraint begins after it.`,
    {
      input: 'constraint',
      hint: 'Start the constraint after text, which may take several tokens.',
    },
  )
}

function thinkingGate(model: LanguageModel, prompt: GenerateRequest['prompt']): Gate {
  const tags = findThinkingTags(model)
  if (tags === undefined)
    throw new WoolgatherError('invalid-input', 'No tags are known by which this model thinks.', {
      input: 'constraint',
      hint: 'Start the constraint after text, and give the text that ends its thinking; or at once, if it does not think.',
    })
  const hasBegun = textOf(prompt).trimEnd().endsWith(tags.opens)
  return hasBegun || tags.opening === undefined
    ? { closes: tags.closing }
    : { closes: tags.closing, opens: tags.opening }
}

/** Of a mix the first prompt. */
function textOf(prompt: GenerateRequest['prompt']): string {
  const first = 'terms' in prompt ? prompt.terms[0]?.prompt : prompt
  return first !== undefined && 'text' in first ? first.text : ''
}

/** The part of an answer that its constraint is about. */
export function constrainedPart(
  model: LanguageModel,
  source: ConstraintSource | undefined,
  { text, tokens }: { text: string; tokens: readonly number[] },
): string {
  if (source?.kind !== 'after') return text
  if ('text' in source.after) {
    const at = text.indexOf(source.after.text)
    return at < 0 ? text : text.slice(at + source.after.text.length)
  }
  const closes =
    'token' in source.after ? onlyToken(model, source.after.token) : findThinkingTags(model)?.closing
  const at = closes === undefined ? -1 : tokens.indexOf(closes)
  return at < 0 ? text : model.detokenize(tokens.slice(at + 1))
}
