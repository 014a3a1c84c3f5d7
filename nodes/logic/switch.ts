import { jsonSchema, WoolgatherError } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const select: WoolgatherNode = defineNode({
  type: 'logic/switch',
  version: 1,
  title: 'Switch',
  description:
    'One of several values, by number or by name; only the chosen one is computed, at each coordinate by itself.',
  inputs: {
    choice: {
      type: 'any',
      description: 'Number of the case from 0, or its name.',
      schema: z.union([z.int(), z.string()]),
    },
    cases: {
      type: 'any',
      description: 'The values to choose from, in order.',
      schema: jsonSchema,
      multiple: true,
      lazy: true,
      passes: 'value',
    },
    names: {
      type: 'text',
      description: 'Names of the cases in order, separated by commas.',
      schema: z.string().default(''),
    },
  },
  outputs: { value: { type: 'any', description: 'The chosen value.' } },
  run: async ({ choice, cases, names }) => {
    const named = names.split(',').map((name) => name.trim())
    const index = typeof choice === 'number' ? choice : indexOf(choice, named)
    const chosen = cases[index]
    if (chosen !== undefined) return { value: await chosen() }
    throw new WoolgatherError(
      'invalid-input',
      `There is no case ${JSON.stringify(choice)} among ${cases.length}.`,
      {
        input: 'choice',
        hint: names === '' ? `Choose 0 to ${cases.length - 1}.` : `Choose one of ${named.join(', ')}.`,
      },
    )
  },
})

function indexOf(choice: string, names: string[]): number {
  const found = names.indexOf(choice.trim())
  return found >= 0 || !/^\d+$/.test(choice.trim()) ? found : Number(choice)
}
