import { expect, test } from 'vitest'
import type { Json } from '@woolgather/workflow'
import type { Outputs } from './assemble-outputs.ts'
import { printOutputs } from './print-outputs.ts'

const print = (outputs: Outputs): string => {
  let printed = ''
  printOutputs(outputs, { write: (text: string) => void (printed += text) } as never)
  return printed
}

test('of a node that gives a text, only the text is printed', () => {
  const values: Record<string, Json> = { text: 'Once upon a time.', tokens: 4, logprobs: null }
  expect(print({ story: values })).toBe('Once upon a time.\n')
})

test('of several nodes each output has its name, and empty ones are left out', () => {
  expect(print({ save: { file: 'a.txt' }, count: { words: 3, note: null } })).toBe(
    'save.file:\na.txt\ncount.words:\n3\n',
  )
})

test('a swept text is a line per coordinate, and failed cells are left to the errors', () => {
  const text = {
    axes: [{ id: 'temps', label: 'temperature', values: [0.2, 0.9, 1.5] }],
    cells: [
      { at: { temps: 0 }, value: 'calm' },
      { at: { temps: 1 }, error: { code: 'node-failed', message: 'no' } },
      { at: { temps: 2 }, value: 'wild' },
    ],
  } as unknown as Json
  expect(print({ story: { text } })).toBe('temperature 0.2: calm\ntemperature 1.5: wild\n')
})
