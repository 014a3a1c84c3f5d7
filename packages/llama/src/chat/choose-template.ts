import type { ChatTemplatePreset } from '../interface.ts'
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
