import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  planWorkflow,
  type Coordinate,
  type Json,
  type OutputValue,
  type Workflow,
} from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { loadDescriptions } from '../reading/load-descriptions.ts'
import { runHere } from '../testing/run-here.ts'
import { createCellNames, type CellNames } from './name-cells.ts'

const workflow = (nodes: Workflow['nodes']): Workflow => ({
  format: 'woolgather',
  version: 1,
  name: 'names',
  nodes,
})

async function namesOf(
  nodes: Workflow['nodes'],
  made: [node: string, at: Coordinate, value: OutputValue][],
  stored: Json = [],
): Promise<CellNames> {
  const { plan } = planWorkflow(workflow(nodes), await loadDescriptions([], () => {}))
  if (plan === undefined) throw new Error('The workflow has no plan.')
  const names = createCellNames(plan, () => Promise.resolve(Buffer.from(JSON.stringify(stored))))
  for (const [node, at, value] of made) {
    const event = { run: 'r', seq: 0, time: 0, node, at, outputs: { value } }
    await names.learn({ ...event, type: 'cell.finished', milliseconds: 1 })
  }
  return names
}

const axis = (label?: string): Workflow['nodes'][string] => ({
  type: 'matrix/axis',
  inputs: { values: 'red, blue', ...(label !== undefined && { label }) },
})
const upper = (...from: [string, string]): Workflow['nodes'][string] => ({
  type: 'text/case',
  links: { text: from },
})

test('a cell is named by the label of its axis and its value there', async () => {
  const names = await namesOf({ a: axis('colour'), b: upper('a', 'value') }, [['a', {}, ['red', 0.5]]])
  expect(names.nameOf({ node: 'b', at: { a: 0 } })).toBe('b [colour red]')
  expect(names.nameOf({ node: 'b', input: 'text', at: { a: 1 } })).toBe('b.text [colour 0.5]')
  expect(names.nameOf({ node: 'b', at: {} })).toBe('b')
})

test('without a label it is the name of the axis, and before its values are known their number', async () => {
  const names = await namesOf({ a: axis(), b: upper('a', 'value') }, [])
  expect(names.nameOf({ node: 'b', at: { a: 1 } })).toBe('b [a 2]')
})

test('long values are cut, and told apart where they then read the same', async () => {
  const poem = `${'word\n'.repeat(500)}`
  const names = await namesOf({ a: axis(), b: upper('a', 'value') }, [
    ['a', {}, [`${poem}one`, `${poem}two`, '', '🧶'.repeat(100)]],
  ])
  const told = [0, 1, 2, 3].map((index) => names.nameOf({ node: 'b', at: { a: index } }))
  expect(told).toEqual([
    'b [a word word word word word word word word… #1]',
    'b [a word word word word word word word word… #2]',
    'b [a ""]',
    `b [a ${'🧶'.repeat(39)}…]`,
  ])
})

test('values too long for an event are fetched', async () => {
  const names = await namesOf(
    { a: axis(), b: upper('a', 'value') },
    [['a', {}, { artifact: 'f'.repeat(64), type: 'application/json', bytes: 5_000 }]],
    ['red', 'blue'],
  )
  expect(names.nameOf({ node: 'b', at: { a: 1 } })).toBe('b [a blue]')
})

/*
   a ──► words ──► each ──► b      each: another list for each value of a
*/
test('an axis within another has other values at each place', async () => {
  const names = await namesOf(
    {
      a: axis(),
      words: { type: 'text/split', links: { text: ['a', 'value'] } },
      each: { type: 'matrix/each', links: { values: ['words', 'list'] } },
      b: upper('each', 'value'),
    },
    [
      ['a', {}, ['x', 'y']],
      ['each', { a: 0 }, ['one']],
      ['each', { a: 1 }, ['uno', 'due']],
    ],
  )
  expect(names.nameOf({ node: 'b', at: { a: 1, each: 1 } })).toBe('b [a y, each due]')
})

test('a run names what failed by value, in its errors and with --verbose line by line', async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'woolgather-names-')), 'w.json')
  const nodes: Workflow['nodes'] = {
    a: { type: 'matrix/axis', inputs: { values: ['{"x": 1}', 'no json'], label: 'answer' } },
    read: { type: 'text/json-path', inputs: { path: '$.x' }, links: { json: ['a', 'value'] } },
  }
  writeFileSync(file, JSON.stringify(workflow(nodes)))
  const data = ['--data', path.dirname(file), '--cpu']
  const { code, stderr } = await runHere(['run', file, ...data])
  expect([code, stderr.trimEnd().split('\n')]).toEqual([
    3,
    [
      expect.stringMatching(/^read.* \[answer no json\]: /),
      expect.stringMatching(/2 cells run, 1 failed\.$/),
    ],
  ])
  const { stderr: all } = await runHere(['run', file, ...data, '--verbose'])
  expect(all).toContain('read [answer {"x": 1}]: taken from the cache')
  expect(all).toContain('read [answer no json]: failed')
})
