import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { flagInput, Regex, type RegexMatch } from './regex.ts'

export const replace: WoolgatherNode = defineNode({
  type: 'text/replace',
  version: 1,
  title: 'Replace',
  description: 'Replaces what is found in a text.',
  inputs: {
    text: { type: 'text', description: 'The text to change.', schema: z.string(), widget: 'textarea' },
    search: { type: 'text', description: 'What to look for.', schema: z.string().min(1) },
    replacement: {
      type: 'text',
      description:
        'What to put there. With a pattern: $1 and $<name> are what a group took, $& is the find, $$ a dollar.',
      schema: z.string().default(''),
    },
    pattern: {
      type: 'boolean',
      title: 'Is a pattern',
      description: 'The search is a regular expression, not the text itself.',
      schema: z.boolean().default(false),
    },
    all: {
      type: 'boolean',
      description: 'Every find, not just the first.',
      schema: z.boolean().default(true),
    },
    ignoreCase: flagInput('ignoreCase', false),
    multiline: flagInput('multiline', true),
  },
  outputs: { text: { type: 'text', description: 'The changed text.' } },
  run: ({ text, search, replacement, pattern, all, ...flags }) => {
    const regex = new Regex(pattern ? search : literally(search), flags, 'search')
    const put = pattern ? (match: RegexMatch) => fill(replacement, match) : () => replacement
    return { text: regex.replace(text, put, all) }
  },
})

/** The text as a pattern that finds just itself; \Q…\E of RE2 would end at an \E in the text. */
function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
}

function fill(replacement: string, { text, groups, named }: RegexMatch): string {
  return replacement.replace(
    /\$(?:(\$)|(&)|(\d{1,2})|<([^>]*)>)/g,
    (whole, dollar?: string, all?: string, number?: string, name?: string) => {
      if (dollar !== undefined) return '$'
      if (all !== undefined) return text
      if (name !== undefined) return Object.hasOwn(named, name) ? (named[name] ?? '') : whole
      const index = Number(number)
      return index >= 1 && index <= groups.length ? (groups[index - 1] ?? '') : whole
    },
  )
}
