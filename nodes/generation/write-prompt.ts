import type { ChatTemplatePreset, LanguageModel } from '@woolgather/llama'
import { WoolgatherError, type ChatMessage } from '@woolgather/workflow'
import type { Framing } from './prompt-inputs.ts'

/** A prompt with its control tokens written out, and where the answer ends. */
export interface WrittenPrompt {
  text: string
  special: boolean
  stop: string[]
}

/** A prompt in its frame, as the model reads it. @throws WoolgatherError missing-input, invalid-input */
export function writePrompt(model: LanguageModel, prompt: string, framing: Framing): WrittenPrompt {
  const { messages = [], system, template } = framing
  if (!hasTemplate(model, template)) return plain(plainPrompt(prompt, framing))
  const turns: ChatMessage[] = [
    ...(system === '' ? [] : [{ role: 'system' as const, content: system }]),
    ...messages,
    ...(prompt === '' ? [] : [{ role: 'user' as const, content: prompt }]),
  ]
  if (!turns.some((turn) => turn.role !== 'system')) throw nothingToAsk()
  return formatTurns(model, turns, template)
}

/**
 * A term of a mix: text goes where the prompt goes, messages stand alone. The empty prompt is a term, too: what the
 * others are measured against.
 */
export function writeTerm(
  model: LanguageModel,
  prompt: string | readonly ChatMessage[],
  framing: Framing,
): WrittenPrompt {
  if (typeof prompt !== 'string') {
    if (!hasTemplate(model, framing.template)) throw noTemplate()
    return formatTurns(model, prompt, framing.template)
  }
  if (prompt !== '' || (framing.messages?.length ?? 0) > 0) return writePrompt(model, prompt, framing)
  if (!hasTemplate(model, framing.template)) return plain(framing.system)
  const system = framing.system === '' ? [] : [{ role: 'system' as const, content: framing.system }]
  return formatTurns(model, [...system, { role: 'user', content: '' }], framing.template)
}

function hasTemplate(model: LanguageModel, template: Framing['template']): boolean {
  return template !== 'none' && (template !== 'auto' || model.info.chatTemplate !== undefined)
}

function formatTurns(
  model: LanguageModel,
  turns: readonly ChatMessage[],
  template: Framing['template'],
): WrittenPrompt {
  const chosen =
    template === 'auto' || template === 'none' ? {} : { template: template satisfies ChatTemplatePreset }
  return { ...model.formatChat(turns, chosen), special: true }
}

function plain(text: string): WrittenPrompt {
  return { text, special: false, stop: [] }
}

function plainPrompt(prompt: string, { messages = [], system }: Framing): string {
  if (messages.length > 0) throw noTemplate()
  if (prompt === '' && system === '') throw nothingToAsk()
  return system === '' ? prompt : `${system}\n\n${prompt}`
}

function noTemplate(): WoolgatherError {
  return new WoolgatherError('invalid-input', 'Messages need a chat template, and this model has none.', {
    input: 'template',
    hint: 'Choose a template by name (chatml, vicuna, …), or give a plain prompt.',
  })
}

function nothingToAsk(): WoolgatherError {
  return new WoolgatherError('missing-input', 'There is nothing to generate from: the prompt is empty.', {
    input: 'prompt',
    hint: 'Type a prompt, or link messages.',
  })
}
