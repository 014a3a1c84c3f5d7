import type { ControlVector } from '@woolgather/llama'
import { expect, test } from 'vitest'
import { addMeasured, fullStrength, keepBlocks } from './measured-strength.ts'

/** Blocks that are each worth this much at the last one, and as far apart as their texts in their own. */
const measured = (worths: Record<number, number>, size = 1) =>
  new Map(Object.entries(worths).map(([layer, worth]) => [Number(layer), { worth, size }]))

const vectorOf = (worths: Record<number, number>, size?: number): ControlVector => ({
  directions: new Map(Object.keys(worths).map((layer) => [Number(layer), Float32Array.of(1, 0)])),
  measured: measured(worths, size),
})

test('strength 1 is half of what lies apart at the last block, however many blocks add to it', () => {
  for (const blocks of [1, 4, 16, 80]) {
    const all = Object.fromEntries(Array.from({ length: blocks }, (_, index) => [index + 1, 1]))
    expect(fullStrength(measured(all)) * blocks).toBeCloseTo(0.5)
  }
})

test('no block is moved by more than it takes, with what those below it add', () => {
  expect(fullStrength(measured({ 3: 0.1 }))).toBeCloseTo(0.6)
  expect(fullStrength(measured({ 3: 0.1, 4: 0.1 }))).toBeCloseTo(0.3)
  expect(fullStrength(measured({ 3: 0.1 }, 100))).toBeCloseTo(0.006)
  for (const worth of [0, -0.3, 1e-9]) {
    expect(fullStrength(measured({ 3: worth }))).toBeGreaterThan(0)
    expect(fullStrength(measured({ 3: worth }))).toBeLessThanOrEqual(0.6)
  }
})

test('some blocks mean what all meant, and one after another what both at once', () => {
  const whole = vectorOf({ 1: 0.05, 2: 0.05, 3: 0.1, 4: 0.3 }, 0.3)
  const last = keepBlocks(whole, [4])
  expect(last.measured?.get(4)?.worth).toBeCloseTo(0.5)
  expect([...last.directions]).toEqual([[4, Float32Array.of(0.5 / 0.3, 0)]])
  const steps = keepBlocks(keepBlocks(whole, [3, 4]), [4])
  expect(steps.directions.get(4)![0]).toBeCloseTo(last.directions.get(4)![0]!)
})

test('a vector that was not measured is cut as it is', () => {
  const { directions } = vectorOf({ 1: 1, 2: 1 })
  expect(keepBlocks({ directions }, [2])).toEqual({ directions: new Map([[2, Float32Array.of(1, 0)]]) })
})

test('of a sum each block does what both did to it', () => {
  const sum = addMeasured(measured({ 1: 0.2, 2: 0.3 }), measured({ 2: 0.1, 5: 0.4 }))
  expect([...sum.keys()]).toEqual([1, 2, 5])
  expect(sum.get(2)?.worth).toBeCloseTo(0.4)
})
