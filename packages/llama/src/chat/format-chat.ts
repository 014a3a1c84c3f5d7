import { Template } from '@huggingface/jinja'
import { LlamaError } from '../contract/error.ts'
import type { ChatMessage, FormattedPrompt } from '../contract/interface.ts'
import type { ChatTemplate } from './choose-template.ts'

export interface FormatChatInput {
  messages: readonly ChatMessage[]
  template: ChatTemplate
  /** Text of the model's BOS and EOS tokens; empty or absent where it has none. */
  bosToken?: string | undefined
  eosToken?: string | undefined
  /** Ends with the opening of an assistant turn (default true). */
  addGenerationPrompt?: boolean | undefined
  /** Does tokenizing the prompt add BOS (`tokenizer.ggml.add_bos_token`)? Default true. */
  tokenizerAddsBos?: boolean | undefined
}

/**
 * A conversation rendered as transformers' `apply_chat_template` renders it: `trim_blocks`, `lstrip_blocks`,
 * `raise_exception`, `strftime_now`, the special tokens as text, `tools` and `documents` none.
 *
 * BOS is added once, by the tokenizer: where it adds one, the BOS that a template writes first is taken off
 * again, as llama.cpp does it. Where it adds none (`tokenizerAddsBos: false`), the template's stays in the text,
 * to be tokenized as a special token.
 *
 * @throws LlamaError invalid-chat-template, with the template's own message
 */
export function formatChat(input: FormatChatInput): FormattedPrompt {
  const compiled = compile(input.template)
  const render = (messages: readonly ChatMessage[], addGenerationPrompt: boolean): string =>
    compiled.template.render({
      messages: messages.map(({ role, content }) => ({ role, content })),
      add_generation_prompt: addGenerationPrompt,
      bos_token: input.bosToken ?? '',
      eos_token: input.eosToken ?? '',
      tools: null,
      documents: null,
    })
  const text = renderOrExplain(render, input)
  return {
    text: input.tokenizerAddsBos === false ? text : withoutPrefix(text, input.bosToken ?? ''),
    stop: [...(input.template.stop ?? compiled.turnEnd(input, () => findTurnEnd(render)))],
  }
}

type Render = (messages: readonly ChatMessage[], addGenerationPrompt: boolean) => string

/** Templates kept compiled: of a sweep's many cells, all but the first find theirs here. */
const keptTemplates = 16
/** By their text, in order of last use. */
const known = new Map<string, CompiledTemplate>()

/** A template, and what ends a turn under it. */
class CompiledTemplate {
  readonly template: Template
  readonly #turnEnds = new Map<string, string[]>()

  constructor(jinja: string) {
    this.template = new Template(jinja)
  }

  turnEnd({ bosToken, eosToken }: FormatChatInput, find: () => string[]): string[] {
    const key = JSON.stringify([bosToken, eosToken])
    const turnEnd = this.#turnEnds.get(key) ?? find()
    this.#turnEnds.set(key, turnEnd)
    return turnEnd
  }
}

function compile(template: ChatTemplate): CompiledTemplate {
  try {
    const compiled = known.get(template.jinja) ?? new CompiledTemplate(template.jinja)
    known.delete(template.jinja)
    known.set(template.jinja, compiled)
    for (const oldest of known.keys()) if (known.size > keptTemplates) known.delete(oldest)
    return compiled
  } catch (error) {
    throw new LlamaError(
      'invalid-chat-template',
      `The chat template (${template.name}) is not valid Jinja: ${messageOf(error)}.`,
      { hint: 'Choose a preset, or correct the template.', cause: error },
    )
  }
}

function renderOrExplain(render: Render, input: FormatChatInput): string {
  try {
    return render(input.messages, input.addGenerationPrompt ?? true)
  } catch (error) {
    throw new LlamaError(
      'invalid-chat-template',
      `The chat template (${input.template.name}) refuses these messages: ${messageOf(error).replace(/\.?$/, '.')}`,
      { hint: hintFor(render, input.messages), cause: error },
    )
  }
}

/** Finds out what the template objects to by rendering the conversation without it. */
function hintFor(render: Render, messages: readonly ChatMessage[]): string {
  const roles = messages.map(({ role }) => role).join(', ')
  const withoutSystem = messages.filter(({ role }) => role !== 'system')
  if (withoutSystem.length > 0 && withoutSystem.length < messages.length && renders(render, withoutSystem)) {
    return 'This model takes no system message here: put its text at the beginning of the first user message.'
  }
  if (messages.length === 0) return 'Give at least one user message.'
  return `The messages have the roles ${roles}. Most templates want user and assistant by turns, beginning with user.`
}

function renders(render: Render, messages: readonly ChatMessage[]): boolean {
  try {
    render(messages, true)
    return true
  } catch {
    return false
  }
}

// Private use characters: no template looks for them, and trimming leaves them alone.
const answer = '\uE000answer\uE000'
const question = '\uE000question\uE000'

/**
 * What follows the assistant's text when the conversation goes on: `<|im_end|>`, `</s>`, `### Instruction:`.
 * It stops models whose file does not mark that text as the end of a turn. Nothing, where the template cannot
 * render three messages.
 */
function findTurnEnd(render: Render): string[] {
  const conversation: ChatMessage[] = [
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: answer },
    { role: 'user', content: question },
  ]
  if (!renders(render, conversation)) return []
  const text = render(conversation, false)
  const from = text.indexOf(answer)
  const to = text.indexOf(question)
  if (from < 0 || to < from) return []
  const between = text.slice(from + answer.length, to).trim()
  const control = /^<[^<>\s]+>/.exec(between)?.[0]
  const end = control ?? between
  return end === '' ? [] : [end]
}

function withoutPrefix(text: string, prefix: string): string {
  return prefix !== '' && text.startsWith(prefix) ? text.slice(prefix.length) : text
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
