import { LlamaError } from '../contract/error.ts'
import type { ChatMessage, FormattedPrompt } from '../contract/interface.ts'
import { TokenNames, type SpecialNames } from '../text/index.ts'
import type { ChatTemplate } from './choose-template.ts'
import { hideNames } from './hide-names.ts'
import { compileTemplate, renderTemplate, type Rendered } from './render-template.ts'
import { TemplateThreads } from './template-threads.ts'

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
  /** Names of tokens that must not come of what was said. */
  names?: SpecialNames | undefined
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
export async function formatChat(input: FormatChatInput): Promise<FormattedPrompt> {
  const render = renderer(input)
  const names = await namesToHide(input, render)
  const hidden = names && hideNames(input.messages, names, input.template.jinja)
  const messages = hidden?.messages ?? input.messages
  const rendered = await render(messages, input.addGenerationPrompt ?? true)
  if (rendered.text === undefined) throw await explain(rendered, input, render)
  const text =
    input.tokenizerAddsBos === false ? rendered.text : withoutPrefix(rendered.text, input.bosToken ?? '')
  const stop = [...(input.template.stop ?? (await turnEndOf(input, render)))]
  return { ...(hidden?.restore(text) ?? { text }), stop }
}

type Render = (messages: readonly ChatMessage[], addGenerationPrompt: boolean) => Promise<Rendered>

const threads = new TemplateThreads()

/** Presets are ours; what came with a file may be anybody's. */
function renderer({ template: { source, jinja }, bosToken = '', eosToken = '' }: FormatChatInput): Render {
  return async (messages, addGenerationPrompt) => {
    const rendering = { messages, addGenerationPrompt, bosToken, eosToken }
    if (source === 'file') return await threads.render(jinja, rendering)
    return renderTemplate(compiledPreset(jinja), rendering)
  }
}

const presets = new Map<string, ReturnType<typeof compileTemplate>>()

function compiledPreset(jinja: string): ReturnType<typeof compileTemplate> {
  const compiled = presets.get(jinja) ?? compileTemplate(jinja)
  presets.set(jinja, compiled)
  return compiled
}

/** Templates of which is kept what ends a turn: of a sweep's many cells, all but the first find it here. */
const keptTemplates = 16
/** By template and special tokens, in order of last use. */
const turnEnds = new Map<string, string[]>()

async function turnEndOf(
  { template, bosToken, eosToken }: FormatChatInput,
  render: Render,
): Promise<string[]> {
  const key = JSON.stringify([template.jinja, bosToken, eosToken])
  const turnEnd = turnEnds.get(key) ?? (await findTurnEnd(render))
  turnEnds.delete(key)
  turnEnds.set(key, turnEnd)
  for (const oldest of turnEnds.keys()) if (turnEnds.size > keptTemplates) turnEnds.delete(oldest)
  return turnEnd
}

/** Control tokens; and what is always read as a token, where this template marks turns with it. */
async function namesToHide(
  { names, messages }: FormatChatInput,
  render: Render,
): Promise<TokenNames | undefined> {
  if (names === undefined) return undefined
  const said = messages.filter(({ special }) => special !== true).map(({ content }) => content)
  const marks = new Set(
    said.flatMap((text) => names.markup.find(text).map(({ from, to }) => text.slice(from, to))),
  )
  if (marks.size === 0) return names.control
  const written = await Promise.all([render(conversation, false), render(conversation.slice(0, 1), true)])
  const own = [...marks].filter((mark) => written.some(({ text }) => text?.includes(mark)))
  return own.length === 0 ? names.control : new TokenNames([...names.control, ...own])
}

async function explain(
  rendered: Rendered & { text?: undefined },
  input: FormatChatInput,
  render: Render,
): Promise<LlamaError> {
  const template = `The chat template (${input.template.name})`
  const { problem, message } = rendered
  switch (problem) {
    case 'invalid':
      return new LlamaError('invalid-chat-template', `${template} is not valid Jinja: ${sentence(message)}`, {
        hint: 'Choose a preset, or correct the template.',
      })
    case 'excessive':
      return new LlamaError('invalid-chat-template', `${template} was stopped: ${sentence(message)}`, {
        hint: 'Choose a preset. The template that came with this model is broken, or meant to stall.',
      })
    case 'refused':
      return new LlamaError(
        'invalid-chat-template',
        `${template} refuses these messages: ${sentence(message)}`,
        {
          hint: await hintFor(render, input.messages),
        },
      )
  }
}

/** Finds out what the template objects to by rendering the conversation without it. */
async function hintFor(render: Render, messages: readonly ChatMessage[]): Promise<string> {
  const roles = messages.map(({ role }) => role).join(', ')
  const withoutSystem = messages.filter(({ role }) => role !== 'system')
  const isOther = withoutSystem.length > 0 && withoutSystem.length < messages.length
  if (isOther && (await render(withoutSystem, true)).text !== undefined) {
    return 'This model takes no system message here: put its text at the beginning of the first user message.'
  }
  if (messages.length === 0) return 'Give at least one user message.'
  return `The messages have the roles ${roles}. Most templates want user and assistant by turns, beginning with user.`
}

// Private use characters: no template looks for them, and trimming leaves them alone.
const answer = '\uE000answer\uE000'
const question = '\uE000question\uE000'
const conversation: readonly ChatMessage[] = [
  { role: 'user', content: 'Hello' },
  { role: 'assistant', content: answer },
  { role: 'user', content: question },
]

/**
 * What follows the assistant's text when the conversation goes on: `<|im_end|>`, `</s>`, `### Instruction:`.
 * It stops models whose file does not mark that text as the end of a turn. Nothing, where the template cannot
 * render three messages.
 */
async function findTurnEnd(render: Render): Promise<string[]> {
  const { text } = await render(conversation, false)
  if (text === undefined) return []
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

function sentence(words: string): string {
  return words.replace(/\.?$/, '.')
}
