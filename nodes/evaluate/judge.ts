import type { ConstraintSource } from '@woolgather/constraint'
import { loadKeyOf, WoolgatherError } from '@woolgather/workflow'
import { z } from 'zod'
import { framingInputs, specialParts } from '../generation/prompt-inputs.ts'
import { writePrompt } from '../generation/write-prompt.ts'
import { modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

const gap = /\{\{\s*text\s*\}\}/g

/** What a judge may say, and what that counts. */
const scales = {
  'yes or no': { pattern: '[Yy]es|[Nn]o', hint: 'Answer yes or no.' },
  '1 to 5': { pattern: '[1-5]', hint: 'Answer with a number from 1 to 5.' },
} as const

/** Of either answer. */
const longestAnswer = 8

export const judge: WoolgatherNode = defineNode({
  type: 'evaluate/judge',
  version: 1,
  title: 'Judge',
  description: 'A model’s verdict on a text. A grammar lets it answer nothing but yes or no, or 1 to 5.',
  resource: 'model',
  inputs: {
    model: {
      type: 'model',
      title: 'Model',
      description: 'Who judges.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    text: {
      type: 'text',
      title: 'Text',
      description: 'What is judged.',
      schema: z.string(),
      widget: 'textarea',
    },
    question: {
      type: 'text',
      title: 'Question',
      description: 'With {{text}} where the text is to stand; without, the text follows.',
      schema: z.string().min(1),
      widget: 'code',
      language: 'template',
    },
    scale: {
      type: 'text',
      title: 'Scale',
      description: 'What it may answer.',
      schema: z.enum(['yes or no', '1 to 5']).default('yes or no'),
    },
    instruct: {
      type: 'boolean',
      title: 'Say the scale',
      description: 'Adds “Answer yes or no.” or “Answer with a number from 1 to 5.” to the question.',
      schema: z.boolean().default(true),
      advanced: true,
    },
    system: framingInputs.system,
    template: framingInputs.template,
    jinja: framingInputs.jinja,
    special: framingInputs.special,
  },
  outputs: {
    score: { type: 'number', description: '1 for yes, 0 for no; or 1 to 5.' },
    boolean: { type: 'boolean', description: 'True for yes, or for 4 and 5.' },
    text: { type: 'text', description: 'What it said.' },
  },
  holds: ({ model }) => [loadKeyOf(model)],
  fingerprint: ({ model }, { models }) => models.fingerprint(model),
  run: (
    { model: recipe, text, question, scale, instruct, ...framed },
    { services, signal, progress, typed },
  ) =>
    services.models.use(recipe, { signal, onProgress: progress }, async (ready) => {
      const { pattern, hint } = scales[scale]
      const framing = { ...framed, special: specialParts(framed.special, typed, ['question', 'text']) }
      const { prompt } = await writePrompt(ready.model, ask(question, text, instruct ? hint : ''), framing)
      const source: ConstraintSource = { kind: 'regex', pattern, stopAtFirstMatch: true }
      const result = await ready.model.generate({
        prompt,
        constraint: (await ready.constrain(source)).start(),
        sampling: { temperature: 0 },
        seed: 0,
        maxTokens: longestAnswer,
        adapters: ready.adapters,
        vectors: ready.vectors,
        signal,
      })
      return verdictOf(result.text)
    }),
})

function ask(question: string, text: string, hint: string): string {
  const whole = question.search(gap) < 0 ? `${question}\n\n${text}` : question.replace(gap, () => text)
  return hint === '' ? whole : `${whole}\n\n${hint}`
}

function verdictOf(text: string): { score: number; boolean: boolean; text: string } {
  const said = text.toLowerCase()
  if (said === 'yes' || said === 'no')
    return { score: said === 'yes' ? 1 : 0, boolean: said === 'yes', text: said }
  const score = Number(said)
  if (score >= 1 && score <= 5) return { score, boolean: score >= 4, text: said }
  throw new WoolgatherError('node-failed', `The judge said “${text}”, which is no verdict.`, {
    hint: 'Ask a model with a chat template, or another one.',
  })
}
