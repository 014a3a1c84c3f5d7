import type { ChatTemplatePreset, GenerateResult, LanguageModel } from '@woolgather/llama'
import { chatMessageSchema, modelRecipeSchema, WoolgatherError, type ChatMessage } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services.ts'
import { readSampling, samplingInputs } from './sampling.ts'

const templates = ['auto', 'none', 'chatml', 'vicuna', 'alpaca', 'redpajama', 'falcon'] as const

export const generate: WoolgatherNode = defineNode({
  type: 'generation/generate',
  version: 1,
  title: 'Generate',
  description: 'Lets the model write.',
  resource: 'model',
  inputs: {
    model: {
      type: 'model',
      title: 'Model',
      description: 'Who writes.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    prompt: {
      type: 'text',
      title: 'Prompt',
      description: 'What to ask for. After messages, it is the last turn.',
      schema: z.string().default(''),
      widget: 'textarea',
    },
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
        'How turns are written out. auto: the model’s own; none: the prompt is continued as it stands.',
      schema: z.enum(templates).default('auto'),
      advanced: true,
    },
    seed: {
      type: 'integer',
      title: 'Seed',
      description:
        'The same seed, prompt and settings usually give the same text. Empty: drawn anew for each run.',
      schema: z.int().min(0).max(4_294_967_295).optional(),
      widget: 'seed',
    },
    maxTokens: {
      type: 'integer',
      title: 'Max tokens',
      description: 'Longest answer.',
      schema: z.int().min(1).max(1_000_000).default(256),
    },
    stop: {
      type: 'list',
      title: 'Stop',
      description: 'Texts that end the answer; not part of it.',
      schema: z.array(z.string().min(1)).max(64).default([]),
      advanced: true,
    },
    ...samplingInputs,
  },
  outputs: {
    text: { type: 'text', description: 'What the model wrote.' },
    tokens: { type: 'integer', description: 'How many tokens it wrote.' },
    tokensPerSecond: { type: 'number', description: 'Speed, counted from the first token.' },
    stopReason: { type: 'text', description: 'end, stop, length or context.' },
  },
  fingerprint: ({ model }, { models }) => models.fingerprint(model),
  run: (inputs, context) =>
    context.services.models.use(
      inputs.model,
      {
        signal: context.signal,
        onProgress: (fraction) => context.progress(Math.round(fraction * 100), 100, '% loaded'),
      },
      async ({ model, adapters }) => {
        const { text, stop } = writePrompt(model, inputs)
        let generated = 0
        const result = await model.generate({
          prompt: { text, special: inputs.template !== 'none' },
          sampling: readSampling(inputs),
          seed: inputs.seed ?? context.seed,
          maxTokens: inputs.maxTokens,
          stop: [...stop, ...inputs.stop],
          adapters,
          signal: context.signal,
          onPromptProgress: (done, total) => context.progress(done, total, 'prompt tokens'),
          onText: (piece) => {
            context.token(piece)
            context.progress(++generated, inputs.maxTokens, 'tokens')
          },
        })
        return {
          text: result.text,
          tokens: result.tokens.length,
          tokensPerSecond: tokensPerSecond(result),
          stopReason: result.stopReason,
        }
      },
    ),
})

interface PromptInputs {
  prompt: string
  messages?: ChatMessage[] | undefined
  system: string
  template: (typeof templates)[number]
}

/** The prompt with its control tokens written out, and where the answer ends. */
function writePrompt(model: LanguageModel, inputs: PromptInputs): { text: string; stop: string[] } {
  const { prompt, messages = [], system, template } = inputs
  if (template === 'none' || (template === 'auto' && model.info.chatTemplate === undefined)) {
    return { text: plainPrompt(inputs), stop: [] }
  }
  const turns: ChatMessage[] = [
    ...(system === '' ? [] : [{ role: 'system' as const, content: system }]),
    ...messages,
    ...(prompt === '' ? [] : [{ role: 'user' as const, content: prompt }]),
  ]
  if (!turns.some((turn) => turn.role !== 'system')) throw nothingToAsk()
  return model.formatChat(
    turns,
    template === 'auto' ? {} : { template: template satisfies ChatTemplatePreset },
  )
}

function plainPrompt({ prompt, messages = [], system }: PromptInputs): string {
  if (messages.length > 0) {
    throw new WoolgatherError('invalid-input', 'Messages need a chat template, and this model has none.', {
      input: 'template',
      hint: 'Choose a template by name (chatml, vicuna, …), or give a plain prompt.',
    })
  }
  if (prompt === '' && system === '') throw nothingToAsk()
  return system === '' ? prompt : `${system}\n\n${prompt}`
}

function nothingToAsk(): WoolgatherError {
  return new WoolgatherError('missing-input', 'There is nothing to generate from: the prompt is empty.', {
    input: 'prompt',
    hint: 'Type a prompt, or link messages.',
  })
}

function tokensPerSecond({ tokens, generateMs }: GenerateResult): number {
  // The clock starts with the first token, so that one is not counted.
  return generateMs > 0 ? Math.round((10_000 * Math.max(tokens.length - 1, 0)) / generateMs) / 10 : 0
}
