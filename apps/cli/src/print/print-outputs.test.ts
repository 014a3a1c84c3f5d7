import { expect, test } from 'vitest'
import type { Json, Outputs } from '@woolgather/workflow'
import { printOutputs } from './print-outputs.ts'

/** What is printed; in a terminal of so many columns, where that is given. */
const print = (outputs: Outputs, columns?: number): string => {
  let printed = ''
  const write = (text: string): void => void (printed += text)
  printOutputs(outputs, { write, ...(columns !== undefined && { isTTY: true, columns }) })
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

test('a table is aligned columns, and says how much of it is not shown', () => {
  const table = {
    columns: ['word', 'ids'],
    rows: [
      ['astronaut', [950]],
      ['sea\nside', 0.123456789],
    ],
  }
  expect(print({ tokens: { value: table } })).toBe('word       ids\nastronaut  [950]\nsea side   0.12346\n')
  const long = { columns: ['n'], rows: Array.from({ length: 100 }, (_, n) => [n]) }
  expect(print({ tokens: { value: long } })).toMatch(/\n39\n… and 60 more; --out writes all\n$/)
})

test('a chart is its title and its means, the longer axis down', () => {
  const types = { id: 'types', label: 'type', values: ['F16', 'Q8_0'] }
  const seeds = { id: 'seeds', label: 'seed', values: ['1', '2', '3'] }
  const chart = {
    kind: 'bar',
    title: 'Bytes',
    x: types,
    series: null,
    means: [[1903392, null]],
    counts: [[1, 0]],
  }
  expect(print({ sizes: { chart } })).toBe('Bytes\ntype  mean\nF16   1903392\nQ8_0  –\n')
  const grid = {
    ...chart,
    title: '',
    series: seeds,
    means: [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    counts: [],
  }
  expect(print({ sizes: { chart: grid } })).toBe(
    'seed  type F16  type Q8_0\n1     1         2\n2     3         4\n3     5         6\n',
  )
  expect(
    print({
      sizes: {
        chart: {
          ...grid,
          x: seeds,
          series: types,
          means: [
            [1, 3, 5],
            [2, 4, 6],
          ],
        },
      },
    }),
  ).toBe('seed  type F16  type Q8_0\n1     1         2\n2     3         4\n3     5         6\n')
})

test('a swept table begins on a line of its own', () => {
  const value = {
    axes: [{ id: 'w', label: 'weight', values: [1] }],
    cells: [{ at: { w: 0 }, value: { columns: ['word'], rows: [['sea']] } }],
  } as unknown as Json
  expect(print({ tokens: { value } })).toBe('weight 1:\nword\nsea\n')
})

const story = 'Once upon a time a lonely baker lived in the kitchen. '.repeat(4).trim()
const grid = (columns: number, rows: number): Outputs => ({
  grid: {
    text: '| in Markdown |',
    table: {
      columns: ['strength', ...Array.from({ length: columns }, (_, column) => String(column + 1))],
      rows: Array.from({ length: rows }, (_, row) => [row, ...Array.from({ length: columns }, () => story)]),
    },
  },
})

test('a grid is a table that fits into the terminal, and its Markdown where that goes into a file', () => {
  expect(print(grid(12, 3))).toBe('| in Markdown |\n')
  expect(print(grid(2, 2), 60)).toBe(
    [
      'strength  1                         2',
      '0         Once upon a time a        Once upon a time a',
      '          lonely baker lived in     lonely baker lived in',
      '          the kitchen. Once upon…   the kitchen. Once upon…',
      '1         Once upon a time a        Once upon a time a',
      '          lonely baker lived in     lonely baker lived in',
      '          the kitchen. Once upon…   the kitchen. Once upon…',
      '… texts are cut: --out FILE writes all of it',
      '',
    ].join('\n'),
  )
})

test('whatever a table holds, no line is wider than the terminal, and what is left out is counted', () => {
  const words = ['', 'x'.repeat(500), '物語'.repeat(90), '👩‍👩‍👧 '.repeat(60), story]
  for (const width of [1, 20, 47, 80, 200]) {
    for (const columns of [1, 3, 30]) {
      const table = {
        columns: Array.from({ length: columns }, (_, column) => `column ${column}`),
        rows: words.map((word) => Array.from({ length: columns }, () => word)),
      }
      const lines = print({ grid: { text: '', table } }, width).split('\n')
      for (const line of lines.filter((each) => !each.startsWith('…'))) {
        const wide = line.match(/[物語👩👧]/gu)?.length ?? 0
        expect([...line.replaceAll('\u200d', '')].length + wide).toBeLessThanOrEqual(Math.max(2, width) + 1)
      }
    }
  }
  expect(print(grid(12, 100), 80)).toMatch(
    /\n… and 60 rows and 8 columns more: --out FILE writes all of it\n$/,
  )
})
