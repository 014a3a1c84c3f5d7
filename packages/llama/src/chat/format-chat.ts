import { LlamaError } from '../contract/error.ts'
import type { ChatMessage, FormattedPrompt, TemplateArguments } from '../contract/interface.ts'
import { TokenNames, type SpecialNames } from '../text/index.ts'
import type { ChatTemplate } from './choose-template.ts'
import { hideNames, textsIn } from './hide-names.ts'
import { placeSystem } from './place-system.ts'
import { compileTemplate, renderTemplate, type Rendered } from './render-template.ts'
import { TemplateThreads } from './template-threads.ts'
import { thinkingTags } from './thinking-tags.ts'

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
  /** What the template is told besides, which is text as contents are; default nothing. */
  arguments?: TemplateArguments | undefined
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
  const opens = input.addGenerationPrompt ?? true
  const placed = await placeSystem(input.messages, (messages) => render(messages, opens))
  const names = await namesToHide({ ...input, messages: placed.messages }, render)
  const said = { messages: placed.messages, arguments: input.arguments }
  const hidden = names && hideNames(said, names, input.template.jinja)
  const rendered = await renderer({ ...input, ...hidden })(hidden?.messages ?? placed.messages, opens)
  if (rendered.text === undefined) throw await explain(rendered, input, render)
  const text =
    input.tokenizerAddsBos === false ? rendered.text : withoutPrefix(rendered.text, input.bosToken ?? '')
  const { stop, answerOpening } = input.template.stop
    ? { stop: input.template.stop }
    : await turnOf(input, render)
  return {
    ...(hidden?.restore(text) ?? { text }),
    stop: [...stop],
    ...(answerOpening !== undefined && { answerOpening }),
    ...(placed.moved && { systemMoved: true }),
  }
}

type Render = (messages: readonly ChatMessage[], addGenerationPrompt: boolean) => Promise<Rendered>

const threads = new TemplateThreads()

/** Presets are ours; what came with a file may be anybody's. */
function renderer({
  template: { source, jinja },
  bosToken = '',
  eosToken = '',
  arguments: given,
}: FormatChatInput): Render {
  return async (messages, addGenerationPrompt) => {
    const rendering = { messages, addGenerationPrompt, bosToken, eosToken, arguments: given }
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

/** How a template writes a turn of the model's. */
interface Turn {
  /** What ends it. */
  stop: readonly string[]
  /** How the last of its messages opens, where it has several. */
  answerOpening?: string
}

/** Templates of which is kept how they write a turn: of a sweep's many cells, all but the first find it here. */
const keptTemplates = 16
/** By template and special tokens, in order of last use. */
const turns = new Map<string, Turn>()

async function turnOf(
  { template, bosToken, eosToken, arguments: given }: FormatChatInput,
  render: Render,
): Promise<Turn> {
  const key = JSON.stringify([template.jinja, bosToken, eosToken, given])
  const turn = turns.get(key) ?? (await findTurn(render))
  turns.delete(key)
  turns.set(key, turn)
  for (const oldest of turns.keys()) if (turns.size > keptTemplates) turns.delete(oldest)
  return turn
}

/** Control tokens; and what is always read as a token, where this template marks turns with it. */
async function namesToHide(
  { names, messages, arguments: given }: FormatChatInput,
  render: Render,
): Promise<TokenNames | undefined> {
  if (names === undefined) return undefined
  const contents = messages.filter(({ special }) => special !== true).map(({ content }) => content)
  const said = [...contents, ...textsIn(given)]
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

/** Says what the template objects to, where rendering other messages finds it out. */
async function hintFor(render: Render, messages: readonly ChatMessage[]): Promise<string> {
  if (messages.length === 0) return 'Give at least one user message.'
  if ((await render(conversation.slice(0, 1), true)).text === undefined)
    return 'It refuses a single user message, too: choose a preset in its place.'
  const roles = messages.map(({ role }) => role).join(', ')
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
 * What follows the assistant's text when the conversation goes on ends a turn: `<|im_end|>`, `</s>`, `### Instruction:`.
 * It stops models whose file does not mark that text as the end of a turn. Nothing does, where the template cannot
 * render three messages, and where the model names its messages itself: that text ends each of them, thoughts too, and
 * the file's own tokens end the turn (harmony's `<|return|>`).
 */
async function findTurn(render: Render): Promise<Turn> {
  const { text } = await render(conversation, false)
  if (text === undefined) return { stop: [] }
  const from = text.indexOf(answer)
  const to = text.indexOf(question)
  if (from < 0 || to < from) return { stop: [] }
  const between = text.slice(from + answer.length, to).trim()
  const end = firstTag.exec(between)?.[0] ?? between
  if (end === '') return { stop: [] }
  const answerOpening = await findAnswerOpening(render)
  return answerOpening === undefined ? { stop: [end] } : { stop: [], answerOpening }
}

const firstTag = /^<[^<>\s]+>/

/** What stands between the opening of the model's turn and its answer, where that is a tag, and none around thoughts. */
async function findAnswerOpening(render: Render): Promise<string | undefined> {
  const { text: asked } = await render(conversation.slice(0, 1), false)
  const { text: opened } = await render(conversation.slice(0, 1), true)
  const { text: answered } = await render(conversation.slice(0, 2), false)
  if (opened === undefined || opened === asked || answered?.startsWith(opened) !== true) return undefined
  const opening = answered.slice(opened.length, answered.indexOf(answer)).trim()
  const tag = firstTag.exec(opening)?.[0]
  const isThought = thinkingTags.some(({ opens, closes }) => tag === opens || tag === closes)
  return tag === undefined || isThought ? undefined : opening
}

function withoutPrefix(text: string, prefix: string): string {
  return prefix !== '' && text.startsWith(prefix) ? text.slice(prefix.length) : text
}

function sentence(words: string): string {
  return words.replace(/\.?$/, '.')
}
