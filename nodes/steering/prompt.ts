import { composePrompt } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const prompt: WoolgatherNode = defineNode({
  type: 'steering/prompt',
  version: 2,
  title: 'Weighted prompt',
  description:
    'A prompt in AUTOMATIC1111’s syntax as a mix: (more:1.5), [less], one AND another, [first:then:10], [by|turns], BREAK. Each weighted part costs one more sequence.',
  inputs: {
    prompt: {
      type: 'text',
      title: 'Prompt',
      description:
        'Weights from 0 to 2 are usual, −1 to 3 possible. In [from:to:when] a whole number counts tokens, 0.5 is half of the most that may be written; what is already written weighs more than a later switch. AND joins a mood and a topic well; two topics do not always blend. \\( is a bracket.',
      schema: z.string(),
      widget: 'code',
      language: 'prompt',
    },
    neutral: {
      type: 'text',
      title: 'Neutral prompt',
      description: 'What AND measures its parts against, in the same form: “Tell me a story.”',
      schema: z.string().default(''),
      widget: 'textarea',
    },
  },
  outputs: {
    mix: { type: 'mix', description: 'The prompts and what each counts.' },
    warnings: { type: 'list', description: 'What looks as if it was meant otherwise.', warns: true },
  },
  asksReaders: 'mix',
  run: ({ prompt: typed, neutral }, { readers }) => {
    const { mix, warnings } = composePrompt(typed, { neutral, mostTokens: readers.mostTokens })
    return { mix, warnings: warnings.map(({ message }) => message) }
  },
})
