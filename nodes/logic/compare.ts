import { jsonSchema, type Json } from '@woolgather/workflow'
import { choiceOf } from '../services/choice.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

const operators = ['=', '≠', '<', '≤', '>', '≥'] as const

export const compare: WoolgatherNode = defineNode({
  type: 'logic/compare',
  version: 1,
  title: 'Compare',
  description: 'Compares two values: numbers by size, text by the alphabet.',
  inputs: {
    a: { type: 'any', description: 'The one.', schema: jsonSchema },
    operator: {
      type: 'text',
      description: 'How they are compared.',
      schema: choiceOf(operators, '=', {
        '==': '=',
        '!=': '≠',
        '<>': '≠',
        '<=': '≤',
        '>=': '≥',
      }),
    },
    b: { type: 'any', description: 'The other.', schema: jsonSchema },
  },
  outputs: { boolean: { type: 'boolean', description: 'True where it holds.' } },
  run: ({ a, operator, b }) => ({ boolean: holds(order(a, b), operator) }),
})

function holds(difference: number, operator: (typeof operators)[number]): boolean {
  switch (operator) {
    case '=':
      return difference === 0
    case '≠':
      return difference !== 0
    case '<':
      return difference < 0
    case '≤':
      return difference <= 0
    case '>':
      return difference > 0
    case '≥':
      return difference >= 0
  }
}

/** Below 0 where a comes first. A text that is a number is compared as one with a number. */
function order(a: Json, b: Json): number {
  const [left, right] = [asNumber(a), asNumber(b)]
  if (left !== undefined && right !== undefined && !(typeof a === 'string' && typeof b === 'string'))
    return left - right
  const [first, second] = [asText(a), asText(b)]
  return first < second ? -1 : first > second ? 1 : 0
}

function asNumber(value: Json): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return Number(value)
  const text = typeof value === 'string' ? value.trim() : ''
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
