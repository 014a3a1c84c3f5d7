import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { countCharacters, linesOf, sentencesOf, wordsOf } from './segments.ts'

export const countWords: WoolgatherNode = defineNode({
  type: 'text/count-words',
  version: 1,
  title: 'Count words',
  description: 'How long a text is: words, characters, sentences and lines, in any script.',
  inputs: {
    text: { type: 'text', description: 'The text to count.', schema: z.string(), widget: 'textarea' },
  },
  outputs: {
    words: { type: 'integer', description: 'Words; punctuation is none.' },
    characters: { type: 'integer', description: 'Characters as people see them, spaces included.' },
    sentences: { type: 'integer', description: 'Sentences.' },
    lines: { type: 'integer', description: 'Lines that are not empty.' },
  },
  run: ({ text }) => ({
    words: wordsOf(text).length,
    characters: countCharacters(text),
    sentences: sentencesOf(text).filter((sentence) => sentence.trim() !== '').length,
    lines: linesOf(text).filter((line) => line.trim() !== '').length,
  }),
})
