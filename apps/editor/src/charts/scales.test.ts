import { expect, test } from 'vitest'
import { labelStep, rangeOf, ticksOf } from './scales.ts'

test('Ticks are round and cover the range', () => {
  expect(ticksOf(63, 81)).toEqual([60, 65, 70, 75, 80, 85])
  expect(ticksOf(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
  expect(ticksOf(-3, 12)).toEqual([-5, 0, 5, 10, 15])
})

test('A range without extent still has ticks', () => {
  expect(ticksOf(4, 4)).toEqual([4, 5, 6, 7, 8])
  expect(ticksOf(0, 0).length).toBeGreaterThan(1)
})

test('Bars stand on zero, lines need not, and places without numbers are left out', () => {
  const rows = [
    [5, null],
    [9, 7],
  ]
  expect([rangeOf(rows, true), rangeOf(rows, false)]).toEqual([
    { least: 0, greatest: 9 },
    { least: 5, greatest: 9 },
  ])
})

test('Labels are thinned out where there is no room', () => {
  expect([labelStep(5, 500, 60), labelStep(50, 500, 60)]).toEqual([1, 6])
})
