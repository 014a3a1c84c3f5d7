import { WoolgatherError } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { findWords } from './find-words.ts'

/** `{ "sea": ["wave", "ship"] }`, or with more about each: `{ "sea": { "words": ["wave", "ship"] } }`. */
const listsSchema = z.record(
  z.string(),
  z.union([z.array(z.string()), z.looseObject({ words: z.array(z.string()) })]),
)
type Lists = z.infer<typeof listsSchema>

export const wordList: WoolgatherNode = defineNode({
  type: 'evaluate/word-list',
  version: 1,
  title: 'Word lists',
  description:
    'Which list of words a text is about: the one most of whose words it uses. Whole words, in capitals or not.',
  inputs: {
    text: { type: 'text', description: 'The text to score.', schema: z.string(), widget: 'textarea' },
    lists: {
      type: 'json',
      description: 'Lists of words by name: { "sea": ["wave", "ship"], "space": ["star"] }.',
      schema: listsSchema,
      widget: 'code',
      language: 'json',
    },
    list: {
      type: 'text',
      description: 'The list that counts as a hit. Empty: whichever leads.',
      schema: z.string().default(''),
    },
  },
  outputs: {
    best: { type: 'text', description: 'The leading list; empty where no word of any occurs.' },
    boolean: { type: 'boolean', description: 'Whether the asked list leads; without one, whether any does.' },
    score: {
      type: 'number',
      description: 'Share of the asked list, or of the leading one, among all words found: 0 to 1.',
    },
    counts: { type: 'json', description: 'How many words of each list occur, repeats included.' },
  },
  run: ({ text, lists, list }) => {
    if (list !== '' && !Object.hasOwn(lists, list)) throw unknownList(list, lists)
    const counts = countWords(text, lists)
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
    const best = leading(counts)
    const asked = list === '' ? best : list
    return {
      best,
      boolean: best !== '' && best === asked,
      score: total === 0 ? 0 : (counts[asked] ?? 0) / total,
      counts,
    }
  },
})

function countWords(text: string, lists: Lists): Record<string, number> {
  return Object.fromEntries(
    Object.entries(lists).map(([name, list]) => {
      const words = Array.isArray(list) ? list : list.words
      return [name, findWords(text, words, { ignoreCase: true, wholeWords: true }).length]
    }),
  )
}

/** The list with the most words; among equals the first. */
function leading(counts: Record<string, number>): string {
  const [first] = Object.entries(counts).toSorted(([, a], [, b]) => b - a)
  return first === undefined || first[1] === 0 ? '' : first[0]
}

function unknownList(list: string, lists: Lists): WoolgatherError {
  return new WoolgatherError('invalid-input', `There is no list “${list}”.`, {
    input: 'list',
    hint: `There are: ${Object.keys(lists).join(', ') || 'none'}.`,
  })
}
