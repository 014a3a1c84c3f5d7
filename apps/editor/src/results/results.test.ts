import type { LabelledValue } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { asCsv, asJsonLines, asMarkdown } from './exports/write-results.ts'
import { chooseRows } from './order-rows.ts'
import { defaultArrangement, pivot } from './pivot.ts'
import { resultOfCells, resultOfLabelled, resultOfTable, type ResultCell } from './result-set.ts'
import { scaleOf, scoresOf } from './scores.ts'

/** mood × place, one cell failed, one missing. */
const labelled: LabelledValue = {
  axes: [
    { id: 'mood', label: 'Mood', values: ['happy', 'sad'] },
    { id: 'place', label: 'Place', values: ['sea', 'wood | hut', 10] },
  ],
  cells: [
    { at: { mood: 0, place: 0 }, value: 'waves, "blue"' },
    { at: { mood: 0, place: 1 }, value: 'trees\nand more' },
    { at: { mood: 1, place: 0 }, error: { code: 'node-failed', message: 'no boat' } },
    { at: { mood: 1, place: 2 }, value: 7 },
  ],
}
const set = resultOfLabelled(labelled, () => false)
const textOf = ({ value }: ResultCell): string => (value === undefined ? '' : String(value))
const shown = pivot(set, defaultArrangement(set), {})
const all = { text: '', status: 'all' } as const

test('The last axis goes across with its values as headings, the others down', () => {
  expect(shown.columns.map(({ headings }) => headings)).toEqual([['sea'], ['wood | hut'], ['10']])
  expect(shown.rows.map((row) => shown.columns.map((column) => shown.cellAt(row, column)?.value))).toEqual([
    ['waves, "blue"', 'trees\nand more', undefined],
    [undefined, undefined, 7],
  ])
})

test('An axis on the page leaves one of its values to be seen', () => {
  const paged = pivot(set, { mood: 'page', place: 'row' }, { mood: 1 })
  expect(paged.rows.map(({ headings }) => headings)).toEqual([['sea'], ['10']])
  expect(paged.columns).toEqual([{ key: '', at: {}, headings: [] }])
})

test('Rows are found by words in cells and headings, and ordered by a column or an axis', () => {
  const found = (text: string) =>
    chooseRows(shown, { text, status: 'all' }, undefined, textOf).map(({ headings }) => headings[0])
  expect([found('TREES happy'), found('boat'), found('trees sad')]).toEqual([['happy'], ['sad'], []])
  const ordered = chooseRows(shown, all, { by: { axis: 0 }, descending: true }, textOf)
  expect(ordered.map(({ headings }) => headings[0])).toEqual(['sad', 'happy'])
})

test('Numbers are ordered by size and what is empty comes last', () => {
  const table = pivot(
    resultOfTable({ columns: ['n'], rows: [[10], [9], [''], [100]] }),
    { row: 'row', column: 'column' },
    {},
  )
  const rows = chooseRows(table, all, { by: { column: 'column=0' }, descending: false }, textOf)
  expect(rows.map((row) => textOf(table.cellAt(row, table.columns[0]!)!))).toEqual(['9', '10', '100', ''])
})

test('Cells of a node come in the order of its axes with why they ran', () => {
  const cells = [
    { status: 'finished', at: { t: 1 }, text: '', outputs: { text: 'b', tokens: 5 }, reason: 'first run' },
    { status: 'running', at: { t: 0 }, text: 'a' },
  ] as const
  const result = resultOfCells([{ id: 't', label: 't', values: [0.2, 1], iteration: false }], cells, 'text')
  expect(
    result.cells.map(({ key, status, value, text, reason }) => ({ key, status, value, text, reason })),
  ).toEqual([
    { key: 't=0', status: 'running', value: undefined, text: 'a', reason: undefined },
    { key: 't=1', status: 'finished', value: 'b', text: '', reason: 'first run' },
  ])
  expect(scoresOf(result).map(({ id }) => id)).toEqual(['$words', 'tokens'])
})

test('A scale runs from the least to the greatest and says nothing where all are the same', () => {
  const scale = scaleOf([2, undefined, 6])
  expect([scale(2), scale(3), scale(6), scale(undefined), scaleOf([4, 4])(4)]).toEqual([
    0,
    0.25,
    1,
    undefined,
    undefined,
  ])
})

test('CSV quotes what needs it', () => {
  expect(asCsv(set, textOf).split('\r\n')).toEqual([
    'Mood,Place,value,status,milliseconds',
    'happy,sea,"waves, ""blue""",finished,',
    'happy,wood | hut,"trees\nand more",finished,',
    'sad,sea,no boat,failed,',
    'sad,10,7,finished,',
    '',
  ])
})

test('what a spreadsheet or a page would run is text in CSV and Markdown', () => {
  const hostile = (): string => '=HYPERLINK("x")<img src=x>![a](http://x)'
  expect(asCsv(set, hostile)).toContain(`"'=HYPERLINK(""x"")`)
  expect(asMarkdown(shown, shown.rows, hostile)).toContain('=HYPERLINK("x")&lt;img src=x>!\\[a\\](http://x)')
  const backslashes = (): string => '\\[a\\](http://x) \\| b'
  expect(asMarkdown(shown, shown.rows, backslashes)).toContain('\\\\\\[a\\\\\\](http://x) \\\\\\| b')
})

test('JSON lines keep numbers numbers and failures whole', () => {
  const lines = asJsonLines(set, textOf)
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  expect(lines.slice(2)).toEqual([
    {
      at: { Mood: 'sad', Place: 'sea' },
      error: { code: 'node-failed', message: 'no boat' },
      status: 'failed',
    },
    { at: { Mood: 'sad', Place: '10' }, value: 7, status: 'finished' },
  ])
})

test('Markdown is the grid as it is shown', () => {
  expect(asMarkdown(shown, shown.rows, textOf)).toBe(
    [
      '| Mood | Place sea | Place wood \\| hut | Place 10 |',
      '| --- | --- | --- | --- |',
      '| happy | waves, "blue" | trees and more |  |',
      '| sad | no boat |  | 7 |',
      '',
    ].join('\n'),
  )
})
