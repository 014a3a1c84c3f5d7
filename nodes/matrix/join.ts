import type { Json } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { collected, overInput } from './collected.ts'

export const join: WoolgatherNode = defineNode({
  type: 'matrix/join',
  version: 1,
  title: 'Join',
  description: 'Puts the texts of all cells one behind the other.',
  reduces: 'over',
  inputs: {
    values: { type: 'any', description: 'What to join, in the order of its axes.', collects: true },
    separator: {
      type: 'text',
      description: 'Put between them; \\n is a line break.',
      schema: z.string().default('\\n'),
    },
    over: overInput,
  },
  outputs: {
    text: { type: 'text', description: 'All of it.' },
    list: { type: 'list', description: 'The same as a list.' },
  },
  run: ({ values, separator }) => {
    const list = collected(values, 'values').map((cell) => cell.value)
    return { text: list.map(asText).join(separator.replaceAll('\\n', '\n').replaceAll('\\t', '\t')), list }
  },
})

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
