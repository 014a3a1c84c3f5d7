import { jsonSchema, type Json } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const joinTexts: WoolgatherNode = defineNode({
  type: 'text/join',
  version: 1,
  title: 'Join texts',
  description:
    'Puts texts one after the other. Lists are taken apart; to join along an axis use matrix/join.',
  inputs: {
    texts: {
      type: 'any',
      description: 'Texts, numbers or lists of them, in the order of their links.',
      schema: jsonSchema,
      multiple: true,
    },
    separator: {
      type: 'text',
      description: 'What stands between them.',
      schema: z.string().default('\n'),
      widget: 'textarea',
    },
    skipEmpty: {
      type: 'boolean',
      description: 'Leaves out texts without a visible character.',
      schema: z.boolean().default(false),
    },
  },
  outputs: { text: { type: 'text', description: 'All of them as one text.' } },
  run: ({ texts, separator, skipEmpty }) => ({
    text: texts
      .flatMap(asTexts)
      .filter((text) => !skipEmpty || text.trim() !== '')
      .join(separator),
  }),
})

function asTexts(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(asTexts)
  return [typeof value === 'string' ? value : JSON.stringify(value)]
}
