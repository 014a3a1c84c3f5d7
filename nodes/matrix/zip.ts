import { WoolgatherError, type Json, type LabelledValue } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { collected, overInput } from './collected.ts'

const names = ['a', 'b', 'c', 'd'] as const

const input = (
  name: string,
): {
  type: 'any'
  description: string
  schema: z.ZodType<Json | undefined>
  collects: true
  passes: string
} => ({
  type: 'any',
  description: `Values for output ${name}.`,
  schema: z.json().optional(),
  collects: true,
  passes: name,
})
const output = (name: string): { type: 'any'; description: string; spreads: true; itemsOf: string } => ({
  type: 'any',
  description: `Item of input ${name}.`,
  spreads: true,
  itemsOf: name,
})

export const zip: WoolgatherNode = defineNode({
  type: 'matrix/zip',
  version: 1,
  title: 'Zip',
  description:
    'Aligns several axes into one: the first of each together, then the second of each, in place of all with all.',
  reduces: 'over',
  inputs: {
    a: input('a'),
    b: input('b'),
    c: input('c'),
    d: input('d'),
    lengths: {
      type: 'text',
      description: 'What to do where one is longer than another.',
      schema: z.enum(['equal', 'shortest', 'repeat last']).default('equal'),
    },
    over: overInput,
    label: {
      type: 'text',
      description: 'Heading in grids and charts.',
      schema: z.string().default(''),
      advanced: true,
    },
  },
  outputs: { a: output('a'), b: output('b'), c: output('c'), d: output('d') },
  run: (inputs) => {
    const lists = names.map((name) => listOf(name, inputs[name] as LabelledValue | undefined))
    const given = lists.flatMap((list) => (list === undefined ? [] : [list.length]))
    const length = commonLength(given, inputs.lengths)
    const [a, b, c, d] = lists.map((list) => stretch(list, length)) as [Json[], Json[], Json[], Json[]]
    return { a, b, c, d }
  },
})

function listOf(name: string, value: LabelledValue | undefined): Json[] | undefined {
  if (value === undefined) return undefined
  return collected(value, name).map((cell) => cell.value)
}

function commonLength(lengths: number[], rule: string): number {
  if (lengths.length === 0) return 0
  const [shortest, longest] = [Math.min(...lengths), Math.max(...lengths)]
  if (rule === 'shortest') return shortest
  if (rule === 'repeat last' || shortest === longest) return shortest === 0 ? 0 : longest
  throw new WoolgatherError(
    'invalid-input',
    `The axes are ${lengths.join(', ')} long and cannot be aligned.`,
    {
      input: 'lengths',
      hint: 'Make them equally long, or choose `shortest` or `repeat last`.',
    },
  )
}

/** An input that is not linked gives nothing, as often as needed. */
function stretch(list: Json[] | undefined, length: number): Json[] {
  return Array.from({ length }, (_, i) => list?.[Math.min(i, list.length - 1)] ?? null)
}
