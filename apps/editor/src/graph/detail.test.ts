import { expect, test } from 'vitest'
import type { Boxes } from '../layout/seen-area.ts'
import { chooseDetail, chooseShown } from './detail.ts'

/** Nodes in a row, 300 apart, each 280 wide. */
const row = (count: number): Boxes =>
  new Map(
    Array.from({ length: count }, (_, at) => [`n${at}`, { x: at * 300, y: 0, width: 280, height: 200 }]),
  )
const boxes = row(100)
const seen = (left: number, zoom: number) => ({
  transform: [left, 0, zoom] as [number, number, number],
  width: 900,
  height: 600,
})
const names = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => `n${from + at}`)

test('Nodes in and around the window are drawn in full, others are not', () => {
  expect([...chooseDetail(boxes, seen(0, 1), new Set(), undefined)!]).toEqual(names(0, 4))
  expect([...chooseDetail(boxes, seen(-6000, 1), new Set(), undefined)!]).toEqual(names(18, 24))
})

test('Those that were stay so until they are far away, so that going to and fro makes nothing anew', () => {
  const before = chooseDetail(boxes, seen(0, 1), new Set(), undefined)!
  const after = chooseDetail(boxes, seen(-900, 1), before, undefined)!
  expect([...after]).toEqual(names(0, 7))
  expect(chooseDetail(boxes, seen(-910, 1), after, undefined)).toBe(after)
})

test('Too small to read, none is, but what is typed into', () => {
  expect([...chooseDetail(boxes, seen(0, 0.2), new Set(['n1']), undefined)!]).toEqual([])
  expect([...chooseDetail(boxes, seen(0, 0.2), new Set(['n1']), 'n1')!]).toEqual(['n1'])
})

test('In a small graph every node is', () => {
  expect(chooseDetail(row(10), seen(0, 0.1), undefined, undefined)).toBeUndefined()
})

test('Of a very large graph only what is drawn in full or held is an element of the page, and what is linked to that', () => {
  const linkedTo = (id: string): string[] => (id === 'n1' ? ['n150'] : id === 'n9' ? ['n199'] : [])
  const held = { withLinks: ['n1'], hovered: 'n9', linkedTo }
  expect([...chooseShown(row(200), undefined, new Set(['n0']), held)!].sort()).toEqual([
    'n0',
    'n1',
    'n150',
    'n9',
  ])
  expect(chooseShown(row(100), undefined, new Set(['n0']), held)).toBeUndefined()
})

test('A model that feeds thousands does not bring them all into the page', () => {
  const thousands = names(1, 5000)
  const held = { withLinks: [], hovered: undefined, linkedTo: () => thousands }
  expect(chooseShown(row(5001), undefined, new Set(['n0']), held)!.size).toBe(401)
})
