import { WoolgatherError } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

/** 2¹² prompts: as many optional parts as anyone reads the results of. */
const mostParts = 13

export const promptMatrix: WoolgatherNode = defineNode({
  type: 'matrix/prompt-matrix',
  version: 1,
  title: 'Prompt matrix',
  description:
    'Every combination of the optional parts of a prompt: the first part always, then any of the others.',
  inputs: {
    prompt: {
      type: 'text',
      description: 'Parts separated by |. “a story|about the sea|for children” makes four prompts.',
      schema: z.string().min(1),
      widget: 'textarea',
    },
    separator: {
      type: 'text',
      description: 'Put between the parts.',
      schema: z.string().default(', '),
      advanced: true,
    },
    atStart: {
      type: 'boolean',
      title: 'At the start',
      description: 'Puts the optional parts before the first one.',
      schema: z.boolean().default(false),
      advanced: true,
    },
    label: {
      type: 'text',
      description: 'Heading in grids and charts.',
      schema: z.string().default(''),
      advanced: true,
    },
  },
  outputs: { text: { type: 'text', description: 'One of the prompts.', spreads: true } },
  run: ({ prompt, separator, atStart }) => ({ text: combinations(prompt, separator, atStart) }),
})

/** Combination number `n` has optional part i + 1 where bit i of n is set. */
function combinations(prompt: string, separator: string, atStart: boolean): string[] {
  const [always = '', ...optional] = prompt.split('|').map(trimPart)
  if (optional.length >= mostParts) {
    const message = `The prompt has ${optional.length} optional parts: ${2 ** optional.length} prompts.`
    throw new WoolgatherError('invalid-input', message, {
      input: 'prompt',
      hint: `Use at most ${mostParts - 1}.`,
    })
  }
  return Array.from({ length: 2 ** optional.length }, (_, n) => {
    const chosen = optional.filter((_part, i) => (n & (1 << i)) !== 0)
    const parts = atStart ? [...chosen, always] : [always, ...chosen]
    return parts.filter((part) => part !== '').join(separator)
  })
}

function trimPart(part: string): string {
  return part.replace(/^[\s,]+|[\s,]+$/g, '')
}
