import { camelCase, constantCase, kebabCase, pascalCase, snakeCase } from 'change-case'
import { titleCase } from 'title-case'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

/** The first five keep punctuation; the others make one name of the words. */
const changes = {
  lower: (text: string) => text.toLowerCase(),
  upper: (text: string) => text.toUpperCase(),
  capital: (text: string) => text.replace(/\p{L}/u, (letter) => letter.toUpperCase()),
  sentence: (text: string) => titleCase(text, { sentenceCase: true }),
  title: (text: string) => titleCase(text),
  camel: camelCase,
  pascal: pascalCase,
  snake: snakeCase,
  kebab: kebabCase,
  constant: constantCase,
} satisfies Record<string, (text: string) => string>

const names = Object.keys(changes) as (keyof typeof changes)[]

export const changeCase: WoolgatherNode = defineNode({
  type: 'text/case',
  version: 1,
  title: 'Change case',
  description: 'Capitals and small letters.',
  inputs: {
    text: { type: 'text', description: 'The text to change.', schema: z.string(), widget: 'textarea' },
    to: {
      type: 'text',
      description:
        'lower, UPPER, First letter, Sentence and Title keep the text; camelCase, PascalCase, snake_case, kebab-case and CONSTANT_CASE make a name of it.',
      schema: z.enum(names).default('lower'),
    },
  },
  outputs: { text: { type: 'text', description: 'The changed text.' } },
  run: ({ text, to }) => ({ text: changes[to](text) }),
})
