import {
  workflowElement,
  type ChartData,
  type Json,
  type NodeDescription,
  type Workflow,
} from '@woolgather/workflow'
import { describe, expect, test } from 'vitest'
import { defaultArrangement, pivot } from '../pivot.ts'
import { resultOfLabelled, type ResultCell } from '../result-set.ts'
import { drawChart } from './draw-chart.ts'
import { drawGrid, wrap } from './draw-grid.ts'
import type { ExportedGrid } from './exported-grid.ts'
import { captionOf } from './made-by.ts'
import { asCsv, asHtml, asJsonLines, asMarkdownFile, chartAsCsv } from './write-results.ts'

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
    expect(elements(svg)).toEqual(['<g', '<metadata', '<rect', '<svg', '<text', '<title', '<tspan'])
    // What XML cannot hold is what is looked for.
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
  const caption = captionOf({ workflow, time }, 'grid', new Map(), () => [])
  expect(caption).toBe('demo/storyteller.gguf · seed 7 · 2026-01-09')
})

test('a caption tells all seeds that were drawn with, also those of an axis', () => {
  const seeds = { type: 'matrix/seeds', inputs: { seed: 1, count: 12 } }
  const story = { type: 'generation/generate', links: { seed: ['seeds', 'seed'] as [string, string] } }
  const types = new Map([['matrix/seeds', { outputs: [{ name: 'seed', spreads: true }] } as NodeDescription]])
  const told = (given: Json[]): string =>
    captionOf(
      { workflow: { ...workflow, nodes: { seeds, story } }, time: 0 },
      'story',
      types,
      (node, output) => (node === 'seeds' && output === 'seed' ? given : []),
    )
  expect(told([Array.from({ length: 12 }, (_, at) => at + 1)])).toMatch(/^seeds 1–12 · /)
  expect(told([[3, 11]])).toMatch(/^seeds 3, 11 · /)
  expect(told([[4, 9, 16, 25, 36]])).toMatch(/^seeds 4, 9, 16, 25 and 1 more · /)
  expect(told([5, 5])).toMatch(/^seed 5 · /)
  expect(told([])).toMatch(/^\d{4}-/)
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

describe('a chart as a file', () => {
  const chart = (kind: ChartData['kind'], series: number): ChartData => ({
    kind,
    title: '',
    x: { id: 'x', label: 'temperature', values: ['0.2', '=0.9'] },
    series: {
      id: 's',
      label: hostile,
      values: Array.from({ length: series }, (_, at) => `${at}`),
    },
    means: Array.from({ length: series }, (_, at) => [at - 1, at === 1 ? null : 2.5]),
    counts: Array.from({ length: series }, () => [1, 3]),
  })

  test.each(['bar', 'line', 'heatmap'] as const)(
    'of a %s has every number and name, the workflow, and no element that came out of a text',
    (kind) => {
      const { svg } = drawChart(
        { title: hostile, caption: hostile, workflow, chart: chart(kind, 3) },
        measure,
      )
      const known = ['circle', 'g', 'line', 'metadata', 'path', 'rect', 'svg', 'text', 'title', 'tspan']
      expect(known).toEqual(expect.arrayContaining([...svg.matchAll(/<([a-z]+)/g)].map(([, name]) => name)))
      expect(svg).toContain(workflowElement(workflow, 'svg'))
      for (const name of ['temperature', '0.2', '=0.9']) expect(svg).toContain(name)
      const marks = {
        bar: /<rect [^>]*rx="2" fill="#\w+"\/>(?!<text)/g,
        line: /<circle/g,
        heatmap: /rx="3" fill="rgb/g,
      }
      expect(svg.match(marks[kind])).toHaveLength(5)
      expect(svg).not.toMatch(/NaN|undefined|var\(/)
    },
  )

  test('keeps a label for each row of a tall heat map, and breaks a long legend into lines', () => {
    const tall = drawChart({ title: '', caption: '', workflow, chart: chart('heatmap', 120) }, measure)
    for (const row of [0, 59, 119]) expect(tall.svg).toContain(`>${row}</text>`)
    const heights = [2, 60].map(
      (series) =>
        drawChart({ title: '', caption: '', workflow, chart: chart('line', series) }, measure).height,
    )
    expect(heights[1]).toBeGreaterThan(heights[0]! + 100)
  })

  test('without axes or numbers is still a picture and a table', () => {
    const empty: ChartData = { kind: 'bar', title: '', x: null, series: null, means: [[null]], counts: [[0]] }
    expect(
      drawChart({ title: 'a', caption: '', workflow: undefined, chart: empty }, measure).svg,
    ).not.toMatch(/NaN|undefined/)
    expect(chartAsCsv(empty)).toBe('mean,count\r\n,0\r\n')
  })

  test('of CSV has a line per number, nothing a spreadsheet would compute, and the workflow once', () => {
    const [head, first, second] = chartAsCsv({ ...chart('bar', 1), series: null }, workflow).split('\r\n')
    expect(head).toBe('temperature,mean,count,workflow')
    expect(first).toMatch(/^0\.2,-1,1,"\{""format""/)
    expect(second).toBe("'=0.9,2.5,3,")
  })
})
