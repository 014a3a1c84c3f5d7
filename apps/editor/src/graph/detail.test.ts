import type { ReactFlowState } from '@xyflow/react'
import { expect, test } from 'vitest'
import { chooseDetail } from './detail.ts'

/** A hundred nodes in a row, 300 apart, each 280 wide. */
const nodeLookup = new Map(
  Array.from({ length: 100 }, (_, at) => [
    `n${at}`,
    { position: { x: at * 300, y: 0 }, measured: { width: 280, height: 200 } },
  ]),
) as unknown as ReactFlowState['nodeLookup']
const seen = (left: number, zoom: number) => ({
  transform: [left, 0, zoom] as [number, number, number],
  width: 900,
  height: 600,
  nodeLookup,
})
const names = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => `n${from + at}`)

test('Nodes in and around the window are drawn in full, others are not', () => {
  expect([...chooseDetail(seen(0, 1), new Set(), undefined)!]).toEqual(names(0, 4))
  expect([...chooseDetail(seen(-6000, 1), new Set(), undefined)!]).toEqual(names(18, 24))
})

test('Those that were stay so until they are far away, so that going to and fro makes nothing anew', () => {
  const before = chooseDetail(seen(0, 1), new Set(), undefined)!
  const after = chooseDetail(seen(-900, 1), before, undefined)!
  expect([...after]).toEqual(names(0, 7))
  expect(chooseDetail(seen(-910, 1), after, undefined)).toBe(after)
})

test('Too small to read, none is, but what has the focus', () => {
  expect([...chooseDetail(seen(0, 0.2), new Set(['n1']), undefined)!]).toEqual([])
  expect([...chooseDetail(seen(0, 0.2), new Set(['n1']), 'n1')!]).toEqual(['n1'])
})

test('In a small graph every node is', () => {
  const few = new Map([...nodeLookup].slice(0, 10))
  expect(chooseDetail({ ...seen(0, 0.1), nodeLookup: few }, undefined, undefined)).toBeUndefined()
})
