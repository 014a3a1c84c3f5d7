import type { LanguageModel, TextPrompt } from '@woolgather/llama'
import { WoolgatherError, type ChatMessage } from '@woolgather/workflow'
import { namedTemplate, type Framing } from './prompt-inputs.ts'

/** A prompt in its frame, and where the answer ends. */
export interface WrittenPrompt {
  prompt: TextPrompt
  stop: string[]
  /** How the answer itself opens, where the model writes several messages. */
  answerOpening?: string
  /** Whether what was meant for the system stands in a turn of the user's. */
  systemMoved?: true
}

type Turn = Parameters<LanguageModel['formatChat']>[0][number]

/** A prompt in its frame, as the model reads it. @throws WoolgatherError missing-input, invalid-input */
export async function writePrompt(
  model: LanguageModel,
  prompt: string,
  framing: Framing,
): Promise<WrittenPrompt> {
  const { messages = [], special } = framing
  if (!hasTemplate(model, framing)) return plainPrompt(prompt, framing)
  const turns = [
    ...systemTurn(framing),
    ...turnsOf(messages, special.messages),
    ...(prompt === '' ? [] : turnsOf([{ role: 'user', content: prompt }], special.prompt)),
  ]
  if (!turns.some((turn) => turn.role !== 'system')) throw nothingToAsk()
  return await formatTurns(model, turns, framing)
}

/**
 * A term of a mix: text goes where the prompt goes, messages stand alone. The empty prompt is a term, too: what the
 * others are measured against.
 */
export async function writeTerm(
  model: LanguageModel,
  prompt: string | readonly ChatMessage[],
  framing: Framing,
): Promise<WrittenPrompt> {
  const { special } = framing
  if (typeof prompt !== 'string') {
    if (!hasTemplate(model, framing)) throw noTemplate()
    return await formatTurns(model, turnsOf(prompt, special.prompt), framing)
  }
  if (prompt !== '' || (framing.messages?.length ?? 0) > 0) return await writePrompt(model, prompt, framing)
  if (!hasTemplate(model, framing)) return plain(framing.system, special.system)
  return await formatTurns(model, [...systemTurn(framing), { role: 'user', content: '' }], framing)
}

function hasTemplate(model: LanguageModel, { template }: Framing): boolean {
  return template !== 'none' && (template !== 'auto' || model.info.chatTemplate !== undefined)
}

function systemTurn({ system, special }: Framing): Turn[] {
  return system === '' ? [] : turnsOf([{ role: 'system', content: system }], special.system)
}

function turnsOf(messages: readonly ChatMessage[], special: boolean): Turn[] {
  return messages.map(({ role, content }) => ({ role, content, ...(special && { special }) }))
}

async function formatTurns(
  model: LanguageModel,
  turns: readonly Turn[],
  framing: Framing,
): Promise<WrittenPrompt> {
  const template = namedTemplate(framing)
  const formatted = await model.formatChat(turns, { template, arguments: framing.templateArguments })
  const { text, verbatim, ...turn } = formatted
  return { prompt: { text, ...(verbatim && { verbatim }), special: true }, ...turn }
}

function plain(text: string, special: boolean): WrittenPrompt {
  return { prompt: { text, special }, stop: [] }
}

function plainPrompt(prompt: string, { messages = [], system, special }: Framing): WrittenPrompt {
  if (messages.length > 0) throw noTemplate()
  if (prompt === '' && system === '') throw nothingToAsk()
  if (system === '') return plain(prompt, special.prompt)
  const text = `${system}\n\n${prompt}`
  if (special.system === special.prompt) return plain(text, special.prompt)
  const border = text.length - prompt.length
  const verbatim = special.prompt ? [{ from: 0, to: border }] : [{ from: border, to: text.length }]
  return { prompt: { text, special: true, verbatim }, stop: [] }
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
