import { LlamaError } from '../contract/error.ts'
import type { ChatTemplatePreset, FormatChatOptions } from '../contract/interface.ts'
import { presets } from './presets.ts'

export interface ChatTemplate {
  source: 'file' | 'preset'
  /** The preset's name; `tokenizer.chat_template` for the file's own. */
  name: string
  jinja: string
  /** Texts that end the assistant's turn; absent: found by rendering a conversation (`formatChat`). */
  stop?: readonly string[]
}

export interface TemplateHints {
  /** The file's `tokenizer.chat_template`. */
  fileTemplate?: string | undefined
  /** `general.name`, or the file's name where it has none. */
  name: string
  /** `general.architecture`. */
  architecture: string
  /** Does the vocabulary hold `<|im_start|>`? */
  hasImStart?: boolean | undefined
}

/**
 * The chat template of a model: the file's own, or else the preset its name or architecture speaks for.
 * `undefined` where nothing does (a base model): it completes text, and guessing a format would only hurt it.
 */
export function chooseTemplate(hints: TemplateHints): ChatTemplate | undefined {
  const own = hints.fileTemplate
  if (own !== undefined && own.trim() !== '') return fileTemplate(own)
  const preset = choosePreset(hints)
  return preset === undefined ? undefined : presetTemplate(preset)
}

/**
 * The template of one call: the one asked for, or else the model's.
 *
 * @throws LlamaError invalid-chat-template where there is neither
 */
export function resolveTemplate(
  own: ChatTemplate | undefined,
  wanted: FormatChatOptions['template'],
): ChatTemplate {
  if (typeof wanted === 'string') {
    if (Object.hasOwn(presets, wanted)) return presetTemplate(wanted)
    throw new LlamaError('invalid-chat-template', `There is no chat template called “${String(wanted)}”.`, {
      hint: `Choose one of ${Object.keys(presets).join(', ')}.`,
    })
  }
  if (wanted !== undefined) return { source: 'file', name: 'custom', jinja: wanted.jinja }
  if (own !== undefined) return own
  throw new LlamaError('invalid-chat-template', 'This model has no chat template: it completes text.', {
    hint: 'Give the prompt as plain text, or choose a chat template.',
  })
}

export function presetTemplate(name: ChatTemplatePreset): ChatTemplate {
  return { source: 'preset', name, ...presets[name] }
}

function fileTemplate(jinja: string): ChatTemplate {
  return { source: 'file', name: 'tokenizer.chat_template', jinja }
}

function choosePreset({ name, architecture, hasImStart }: TemplateHints): ChatTemplatePreset | undefined {
  if (hasImStart === true) return 'chatml'
  const words = name.toLowerCase()
  if (words.includes('vicuna')) return 'vicuna'
  if (words.includes('alpaca')) return 'alpaca'
  const chats = /chat|instruct/.test(words)
  if (/red-?pajama/.test(words) && words.includes('chat')) return 'redpajama'
  if (architecture === 'gptneox' && words.includes('incite') && words.includes('chat')) return 'redpajama'
  if (architecture === 'falcon' && chats) return 'falcon'
  return undefined
}
