import { jsonSchema } from '@woolgather/workflow'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const preview: WoolgatherNode = defineNode({
  type: 'output/preview',
  version: 1,
  title: 'Preview',
  description: 'Shows a value.',
  sink: true,
  inputs: {
    value: { type: 'any', description: 'What to show.', schema: jsonSchema, widget: 'none', passes: 'value' },
  },
  outputs: { value: { type: 'any', description: 'The same value.' } },
  run: ({ value }) => ({ value }),
})
