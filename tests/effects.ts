import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import type { Json, LabelledValue, Table } from '@woolgather/workflow'
import { root } from './cli.ts'
import { isPirate, moodOf, topicOf } from './score-story.ts'

type Outputs = Record<string, Record<string, Json>>

/** What each example is there to show, checked on what it made. */
export const effects: Partial<Record<string, (outputs: Outputs) => void>> = {
  'two-temperatures.json': (outputs) => {
    const { columns, rows } = tableOf(outputs)
    expect(columns).toEqual(['0.2', '1.4'])
    expect(new Set(rows[0]).size).toBe(2)
  },
  'prompt-matrix.json': (outputs) => {
    expect(tableOf(outputs).columns).toEqual([
      'Tell me a story',
      'Tell me a story about the sea',
      'Tell me a story with a dog in it',
      'Tell me a story about the sea with a dog in it',
    ])
    expect(topicsIn(cell(outputs, 0, 1))).toContain('sea')
  },
  'search-and-replace.json': (outputs) => {
    const { columns, rows } = tableOf(outputs)
    expect(columns).toEqual(['Topic', '1', '2'])
    const topics = rows.map((row) => topicsIn(`${row[1] as string} ${row[2] as string}`)[0])
    expect(topics).toEqual(['sea', 'space', 'castles'])
  },
  'rows-of-a-table.json': (outputs) => {
    const found = (tableOf(outputs).rows[0] ?? []).map((story) => topicsIn(story as string)[0])
    expect(found).toEqual(['sea', 'space', 'animals'])
  },
  'aligned-axes.json': (outputs) => {
    const [row] = tableOf(outputs).rows
    expect(row?.map((story) => topicsIn(story as string)[0])).toEqual(['sea', 'space'])
  },
  'for-each-line.json': (outputs) => {
    const [row] = tableOf(outputs).rows
    // two topics on the first shelf, one on the second
    expect(row?.map((book) => (book as string).split('\n---\n').length)).toEqual([2, 1])
  },
  'best-of-four.json': (outputs) => {
    expect(topicsIn(outputs['show']?.['value'] as string)).toContain('sea')
  },
  'vote.json': (outputs) => {
    expect(outputs['vote']?.['value']).toBe('beach')
  },
  'length-by-temperature.json': (outputs) => {
    expect(outputs['chart']?.['chart']).toMatchObject({
      kind: 'line',
      x: { label: 'temperature', values: ['0.2', '0.6', '1'] },
      series: { label: 'seed', values: ['1', '2'] },
      counts: [
        [1, 1, 1],
        [1, 1, 1],
      ],
    })
  },
  'loopback.json': (outputs) => {
    const iterations = tableOf(outputs).rows[0] as string[]
    expect(iterations).toHaveLength(4)
    for (let i = 1; i < 4; i++) expect(iterations[i]?.startsWith(iterations[i - 1] as string)).toBe(true)
    expect(outputs['show']?.['value']).toBe(iterations[3])
  },
  'loop-until.json': (outputs) => {
    expect(outputs).toEqual({ show: { value: 'knock knock knock knock' } })
  },
  'nested-loops.json': (outputs) => {
    expect(tableOf(outputs).rows).toEqual([['Ann la la la. la la la.', 'Ben la la la. la la la.']])
  },
  'agent.json': (outputs) => {
    const messages = outputs['show']?.['value'] as { role: string; content: string }[]
    expect(messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
      'user',
      'assistant',
    ])
    expect(messages[2]?.content).toBe('Result of calculator: 42')
    expect(messages.at(-1)?.content).toMatch(/42/)
  },
  'branches.json': (outputs) => {
    const [row] = tableOf(outputs).rows
    expect(row?.slice(0, 2)).toEqual(['too small: 1', 'too small: 2'])
    expect(String(row?.[2]).length).toBeGreaterThan(30)
  },
  'lora-strength.json': (outputs) => {
    const { '0': none = [], '0.5': half = [], '1': full = [] } = sharesByRow(outputs, isPirate)
    expectShares(share(none), share(full))
    expect(share(half)).toBeGreaterThanOrEqual(0.25)
    expect(share(half)).toBeLessThanOrEqual(0.75)
  },
  'negative-prompt.json': (outputs) => {
    const found = sharesByRow(outputs, (text) => topicOf(text) === 'castles')
    expect(share(found['1'])).toBeGreaterThan(0)
    expect([share(found['1.5']), share(found['2'])]).toEqual([0, 0])
  },
  'emphasis.json': (outputs) => {
    const found = sharesByRow(outputs, (text) => moodOf(text) === 'gloomy')
    const shares = ['-1', '0.5', '1', '1.5'].map((weight) => share(found[weight]))
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect(shares[1]).toBeLessThan(0.15)
    expect(shares[2]).toBeGreaterThan(0.4)
  },
  'and-prompts.json': (outputs) => {
    const [stories = []] = tableOf(outputs).rows
    expect(stories.map((text) => [moodOf(text as string), topicOf(text as string)])).toEqual(
      stories.map(() => ['happy', 'sea']),
    )
  },
  'guidance-between-models.json': (outputs) => {
    const { '0': none = [], '0.5': half = [], '1': full = [] } = sharesByRow(outputs, isPirate)
    expectShares(share(none), share(full))
    expect(share(half)).toBeGreaterThan(0)
    expect(share(half)).toBeLessThan(1)
  },
  'prompt-schedule.json': (outputs) => {
    const found = sharesByRow(outputs, (text) => moodOf(text) === 'gloomy')
    // the switch before the first token, and after the last
    expect([share(found['0']), share(found['120'])]).toEqual([1, 0])
  },
  'word-bias.json': (outputs) => {
    const found = sharesByRow(outputs, (text) => topicOf(text) === 'space')
    expect(share(found['3'])).toBeGreaterThanOrEqual(3 * share(found['0']))
    const mentions = sharesByRow(outputs, (text) => topicsIn(text).includes('space'))
    expect(share(mentions['never'])).toBe(0)
    const shown = outputs['tokens']?.['value'] as unknown as LabelledValue | undefined
    expect(shown?.cells[0]).toMatchObject({ value: { columns: ['word', 'weight', 'tokens', 'ids'] } })
    const first = (shown?.cells[0] as { value: Json } | undefined)?.value as unknown as Table | undefined
    expect(first?.rows).toContainEqual(expect.arrayContaining(['moon', '“ moon”']))
  },
  'control-vector.json': (outputs) => {
    const found = sharesByRow(outputs, (text) => moodOf(text) === 'gloomy')
    const shares = ['-2', '-1', '0', '1', '2'].map((strength) => share(found[strength]))
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expectShares(shares[0], shares[4])
  },
  'regex.json': (outputs) => {
    expect(new Set(tableOf(outputs, 'valid').rows.flat())).toEqual(new Set([true]))
  },
  'grammar.json': (outputs) => {
    expect(new Set(tableOf(outputs, 'valid').rows.flat())).toEqual(new Set([true]))
    for (const list of tableOf(outputs).rows.flat())
      expect(list).toMatch(/^- [a-z]{3,10}(\n- [a-z]{3,10}){1,3}$/)
  },
  'json-schema.json': (outputs) => {
    expect(new Set(tableOf(outputs, 'valid').rows.flat())).toEqual(new Set([true]))
    for (const card of tableOf(outputs).rows.flat()) {
      expect(JSON.parse(card as string)).toEqual({
        hero: expect.any(String) as string,
        mood: expect.stringMatching(/^(happy|gloomy|scary)$/) as string,
        place: expect.any(String) as string,
        age: expect.any(Number) as number,
      })
    }
  },
  'multiple-choice.json': (outputs) => {
    expect(tableOf(outputs).rows).toEqual([['happy', 'gloomy', 'scary']])
  },
  'subgraphs.json': (outputs) => {
    expect(outputs).toEqual({
      show: { value: 'Tell me a happy story about the sea. Tell me a gloomy story about the sea.' },
    })
  },
}

/** Of each row of the grid, by its heading: whether each text in it is what is looked for. */
function sharesByRow(outputs: Outputs, holds: (text: string) => boolean): Partial<Record<string, boolean[]>> {
  const rows = tableOf(outputs).rows as string[][]
  return Object.fromEntries(rows.map(([heading, ...texts]) => [String(heading), texts.map(holds)]))
}

/** How many of 1 hold; of none at all, nothing that any comparison accepts. */
function share(held: readonly boolean[] = []): number {
  return held.filter(Boolean).length / held.length
}

function tableOf(outputs: Outputs, grid = 'grid'): Table {
  const table = outputs[grid]?.['table'] as unknown as Table
  const values = outputs[grid]?.['values'] as unknown as LabelledValue
  expect(values.cells.every((found) => 'value' in found)).toBe(true)
  return table
}

function cell(outputs: Outputs, row: number, column: number): string {
  return tableOf(outputs).rows[row]?.[column] as string
}

const { topics } = JSON.parse(readFileSync(path.join(root, 'models/demo/words.json'), 'utf8')) as {
  topics: Record<string, string[] | Record<string, string[]>>
}

/** Topics of the demo model that a text has words of, the one with most words first. */
function topicsIn(text: string): string[] {
  const words = new Set(text.toLowerCase().match(/[a-z]+/g))
  const counts = Object.entries(topics).map(([topic, list]) => {
    const known = Array.isArray(list) ? list : Object.values(list).flat()
    return { topic, count: known.filter((word) => words.has(word)).length }
  })
  return counts
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .map(({ topic }) => topic)
}

/** Nearly none and nearly all: another processor or batch rounds differently, and a story now and then turns out another. */
function expectShares(none: number | undefined, all: number | undefined): void {
  expect(none).toBeLessThanOrEqual(0.1)
  expect(all).toBeGreaterThanOrEqual(0.85)
}
