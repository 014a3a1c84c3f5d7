import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

/** `{{name}}`, spaces allowed; the same pattern that makes the inputs. */
const placeholder = /\{\{\s*([\p{L}_][\p{L}\p{N}_-]*)\s*\}\}/gu

export const template: WoolgatherNode = defineNode({
  type: 'text/template',
  version: 1,
  title: 'Template',
  description: 'Text with gaps: each {{name}} in it becomes an input.',
  inputs: {
    template: {
      type: 'text',
      description: 'For example: Tell me a {{mood}} story about {{topic}}.',
      schema: z.string().default(''),
      widget: 'code',
      language: 'template',
    },
  },
  dynamicInputs: { kind: 'placeholders', from: 'template', type: 'text' },
  outputs: { text: { type: 'text', description: 'The template with every gap filled.' } },
  run: ({ template: source, dynamic }) => ({
    // Values are put in as they are: braces inside them are text, not further placeholders.
    text: source.replace(placeholder, (_, name: string) => String(dynamic[name])),
  }),
})
