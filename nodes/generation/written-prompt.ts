import { showBytes } from '@woolgather/llama'
import { loadKeyOf } from '@woolgather/workflow'
import { z } from 'zod'
import { modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { framingInputs, specialParts } from './prompt-inputs.ts'
import { writePrompt } from './write-prompt.ts'

export const writtenPrompt: WoolgatherNode = defineNode({
  type: 'generation/written-prompt',
  version: 1,
  title: 'Written prompt',
  description: 'What a model reads when it is asked: the prompt in its chat template, token by token.',
  resource: 'model',
  inputs: {
    model: {
      type: 'model',
      title: 'Model',
      description: 'Who reads it.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    prompt: {
      type: 'text',
      title: 'Prompt',
      description: 'What is asked. After messages, it is the last turn.',
      schema: z.string().default(''),
      widget: 'textarea',
      main: true,
    },
    ...framingInputs,
    template: { ...framingInputs.template, advanced: false },
    jinja: { ...framingInputs.jinja, advanced: false },
  },
  outputs: {
    tokens: {
      type: 'list',
      description: 'Each token with its number, its text, and whether it is a control token.',
    },
    prompt: {
      type: 'text',
      description: 'The prompt as it is written out; what a tokenizer puts before it is not in it.',
    },
    count: { type: 'integer', description: 'How many tokens it has.' },
    stop: { type: 'list', description: 'Texts at which the template ends an answer.' },
  },
  sink: true,
  holds: ({ model }) => [loadKeyOf(model)],
  fingerprint: ({ model }, { models }) => models.fingerprint(model),
  run: ({ model: recipe, prompt: question, ...framed }, { services, signal, progress, typed }) =>
    services.models.use(recipe, { signal, onProgress: progress }, async ({ model }) => {
      const framing = { ...framed, special: specialParts(framed.special, typed) }
      const { prompt, stop } = await writePrompt(model, question, framing)
      const ids = await model.tokenizePrompt(prompt)
      const pieces = await model.tokenBytes()
      const tokens = ids.map((id) => {
        const piece = pieces[id] ?? new Uint8Array()
        const control = piece.length === 0
        return { id, text: control ? model.detokenize([id], { special: true }) : showBytes(piece), control }
      })
      return { tokens, prompt: prompt.text, count: ids.length, stop }
    }),
})
