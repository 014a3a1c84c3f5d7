import type { InputDefinition } from '@woolgather/engine'
import { chatTemplatePresets, type ChatTemplatePreset } from '@woolgather/llama'
import {
  chatMessageSchema,
  promptMixSchema,
  WoolgatherError,
  type ChatMessage,
  type Json,
  type MixLike,
} from '@woolgather/workflow'
import { z } from 'zod'

const templates = ['auto', 'none', ...chatTemplatePresets, 'custom'] as const

/** Everything around a prompt: what was said before, who the model is, and how turns are written out. */
export const framingInputs = {
  messages: {
    type: 'messages',
    title: 'Messages',
    description: 'A conversation so far.',
    schema: z.array(chatMessageSchema).optional(),
    widget: 'none',
  },
  system: {
    type: 'text',
    title: 'System prompt',
    description: 'Who the model is and how it should answer.',
    schema: z.string().default(''),
    widget: 'textarea',
  },
  template: {
    type: 'text',
    title: 'Chat template',
    description:
      'How turns are written out. auto: the model’s own; none: the prompt is continued as it stands; custom: the template below.',
    schema: z.enum(templates).default('auto'),
    advanced: true,
  },
  jinja: {
    type: 'text',
    title: 'Custom template',
    description:
      'Where the chat template is custom: how turns are written out, in Jinja, as in a model’s tokenizer.chat_template.',
    schema: z.string().max(65_536).default(''),
    widget: 'code',
    language: 'jinja',
    advanced: true,
  },
  templateArguments: {
    type: 'json',
    title: 'Template arguments',
    description:
      'What the chat template takes besides the messages, by name: { "enable_thinking": false }, { "reasoning_effort": "low" }. What it does not know has no effect.',
    schema: z.record(z.string(), z.json()).default({}),
    widget: 'code',
    language: 'json',
    advanced: true,
  },
  special: {
    type: 'boolean',
    title: 'Control tokens',
    description:
      'Reads <|im_end|> and the like as the control tokens they name, in what is typed into this node. What comes over a link or from a row is always text.',
    schema: z.boolean().default(false),
    advanced: true,
  },
} as const satisfies Record<string, InputDefinition>

/** A prompt as text, or several at once. */
export const promptInput = {
  type: 'mix',
  title: 'Prompt',
  description: 'What to ask for: text, or a mix of prompts. After messages, it is the last turn.',
  schema: z.union([z.string(), promptMixSchema]).default(''),
  widget: 'textarea',
  main: true,
} as const satisfies InputDefinition

/** What stands around each prompt. */
export interface Framing {
  messages?: ChatMessage[] | undefined
  system: string
  template: 'auto' | 'none' | ChatTemplatePreset | 'custom'
  /** The custom template. */
  jinja: string
  templateArguments?: Readonly<Record<string, Json>>
  /** Whether control tokens count that are named in the prompt, in the messages, in the system prompt. */
  special: Record<FramedInput, boolean>
}

type FramedInput = 'prompt' | 'messages' | 'system'

/** Where control tokens count: where they are asked for, and typed by the author of the workflow. */
export function specialParts(
  special: boolean,
  typed: (input: string) => boolean,
  prompt: readonly string[] = ['prompt'],
): Framing['special'] {
  return {
    prompt: special && prompt.every((input) => typed(input)),
    messages: special && typed('messages'),
    system: special && typed('system'),
  }
}

/** The template that is asked for by name or written out; `undefined`: the model’s own, if any. @throws WoolgatherError missing-input */
export function namedTemplate({
  template,
  jinja,
}: Framing): ChatTemplatePreset | { jinja: string } | undefined {
  if (template === 'auto' || template === 'none') return undefined
  if (template !== 'custom') return template
  if (jinja.trim() !== '') return { jinja }
  throw new WoolgatherError('missing-input', 'The chat template is to be custom, and there is none.', {
    input: 'jinja',
    hint: 'Write a template, or choose one by name.',
  })
}

export interface PromptInputs extends Framing {
  prompt: Exclude<MixLike, ChatMessage[]>
}
