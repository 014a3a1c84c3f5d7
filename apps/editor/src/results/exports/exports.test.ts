import type { Workflow } from '@woolgather/workflow'
import { describe, expect, test } from 'vitest'
import { defaultArrangement, pivot } from '../pivot.ts'
import { resultOfLabelled, type ResultCell } from '../result-set.ts'
import { drawGrid, wrap } from './draw-grid.ts'
import type { ExportedGrid } from './exported-grid.ts'
import { captionOf } from './made-by.ts'
import { asCsv, asHtml, asJsonLines, asMarkdownFile } from './write-results.ts'

const hostile = '</script><svg onload="x">&amp;\u0000 \ud800'

const workflow: Workflow = {
  format: 'woolgather',
  version: 1,
  name: hostile,
  nodes: {
    model: { type: 'loading/model', inputs: { file: 'demo/storyteller.gguf' } },
    story: { type: 'generation/generate', inputs: { seed: 7 }, links: { model: ['model', 'model'] } },
    grid: { type: 'matrix/grid', links: { values: ['story', 'text'] } },
    other: { type: 'generation/generate', inputs: { seed: 8 } },
  },
}

const set = resultOfLabelled(
  {
    axes: [
      { id: 'a', label: 'mood', values: ['happy'] },
      { id: 'b', label: 'temperature', values: [0.2, 0.9] },
    ],
    cells: [
      { at: { a: 0, b: 0 }, value: hostile },
      { at: { a: 0, b: 1 }, error: { code: 'node-failed', message: hostile } },
    ],
  },
  () => false,
)
const shown = pivot(set, defaultArrangement(set), {})
const textOf = (cell: ResultCell): string => String(cell.value)
const grid: ExportedGrid = {
  title: hostile,
  caption: hostile,
  pivot: shown,
  rows: shown.rows,
  textOf,
  workflow,
}
const measure = (text: string): number => text.length * 7

describe('a grid as a file', () => {
  test('of HTML or SVG has no element that came out of a text', () => {
    const elements = (markup: string): string[] => [...new Set(markup.match(/<[a-z]+/g))].sort()
    expect(elements(asHtml(grid))).toEqual([
      '<h',
      '<html',
      '<meta',
      '<p',
      '<script',
      '<style',
      '<table',
      '<tbody',
      '<td',
      '<th',
      '<thead',
      '<title',
      '<tr',
    ])
    const { svg } = drawGrid(grid, measure)
    expect(elements(svg)).toEqual(['<metadata', '<rect', '<svg', '<text', '<title', '<tspan'])
    // oxlint-disable-next-line no-control-regex
    expect(svg).not.toMatch(/[\0\ud800]/)
  })

  test('names the axis in every heading, and says what made it', () => {
    for (const text of [asHtml(grid), drawGrid(grid, measure).svg, asMarkdownFile(grid)]) {
      expect(text).toContain('temperature 0.2')
      expect(text).toContain('mood')
    }
  })

  test('has the workflow in the first line of a table only, which stays a table', () => {
    const [head, first, second] = asCsv(set, textOf, workflow).split('\r\n')
    expect(head).toBe('mood,temperature,value,status,milliseconds,workflow')
    expect([first?.includes('storyteller'), second?.endsWith(',failed,,')]).toEqual([true, true])
    const lines = asJsonLines(set, textOf, workflow)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(lines.map((line) => 'workflow' in line)).toEqual([true, false])
  })

  test('keeps both of two axes of one name', () => {
    const twice = { ...set, axes: set.axes.map((axis) => ({ ...axis, label: 'x' })) }
    expect(JSON.parse(asJsonLines(twice, textOf).split('\n')[0]!)).toMatchObject({
      at: { x: 'happy', 'x 2': '0.2' },
    })
  })
})

test('a caption tells model, seed and day of what a node shows, and of nothing else', () => {
  const time = new Date(2026, 0, 9).getTime()
  expect(captionOf({ workflow, time }, 'grid', new Map())).toBe('demo/storyteller.gguf · seed 7 · 2026-01-09')
})

test('text is wrapped between words, within long ones, and ends where a picture has no room', () => {
  const wide = (text: string): number => text.length
  expect(wrap('one two three\n\nabcdefghij', 7, wide)).toEqual(['one two ', 'three', '', 'abcdefg', 'hij'])
  const long = wrap('word '.repeat(10_000), 7, wide)
  expect([long.length, long.at(-1)?.endsWith('…')]).toEqual([40, true])
})

test('a grid that is too large for a picture is refused with what to do', () => {
  const rows = Array.from({ length: 3_000 }, () => shown.rows[0]!)
  expect(() => drawGrid({ ...grid, rows }, measure)).toThrow(/too large for a picture: it has 6000 cells/)
})
