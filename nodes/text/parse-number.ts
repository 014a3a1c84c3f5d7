import { WoolgatherError } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

/** A minus right after a letter or digit is a hyphen. Thousands stand in groups of three, or are not marked at all. */
const notations = {
  '1,234.5':
    /(?<![\p{L}\d])[-+−]?(?:\d{1,3}(?:,\d{3}(?!\d))+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?|(?<!\d)[-+−]?\.\d+|\d+/giu,
  '1.234,5':
    /(?<![\p{L}\d])[-+−]?(?:\d{1,3}(?:\.\d{3}(?!\d))+|\d+)(?:,\d+)?(?:e[-+]?\d+)?|(?<!\d)[-+−]?,\d+|\d+/giu,
} as const

const notationNames = ['1,234.5', '1.234,5'] as const

export const parseNumber: WoolgatherNode = defineNode({
  type: 'text/parse-number',
  version: 1,
  title: 'Parse number',
  description: 'Finds a number in a text: “The answer is 1,234.5 kg” gives 1234.5.',
  inputs: {
    text: { type: 'text', description: 'The text to look in.', schema: z.string(), widget: 'textarea' },
    which: {
      type: 'text',
      description: 'Which number, where there are several.',
      schema: z.enum(['first', 'last']).default('first'),
    },
    notation: {
      type: 'text',
      description: 'How numbers are written.',
      schema: z.enum(notationNames).default('1,234.5'),
      advanced: true,
    },
    otherwise: {
      type: 'number',
      description: 'What to give where there is no number. Absent: the cell fails.',
      schema: z.number().optional(),
    },
  },
  outputs: {
    number: { type: 'number', description: 'The number.' },
    list: { type: 'list', description: 'All numbers in the text, in order.' },
  },
  run: ({ text, which, notation, otherwise }) => {
    const list = numbersIn(text, notation)
    const number = (which === 'first' ? list[0] : list.at(-1)) ?? otherwise
    if (number === undefined) throw noNumber(text)
    return { number, list }
  },
})

function numbersIn(text: string, notation: (typeof notationNames)[number]): number[] {
  const decimal = notation === '1,234.5' ? '.' : ','
  return (text.match(notations[notation]) ?? [])
    .map((found) =>
      decimal === '.' ? found.replaceAll(',', '') : found.replaceAll('.', '').replace(',', '.'),
    )
    .map((found) => Number(found.replace('−', '-')))
    .filter((number) => Number.isFinite(number))
}

function noNumber(text: string): WoolgatherError {
  const start = text.length > 60 ? `${text.slice(0, 57)}…` : text
  return new WoolgatherError('node-failed', `There is no number in “${start}”.`, {
    input: 'text',
    hint: 'Set `otherwise` to go on with another number.',
  })
}
