import { mostCells } from '@woolgather/fabric'
import { describe, expect, test } from 'vitest'
import { chunkSize, hasEnough, type LineState } from './pace.ts'

const line = (changes: Partial<LineState>): LineState => ({
  gathered: 0,
  offered: 0,
  works: 0,
  workers: 10,
  lines: 1,
  ...changes,
})

describe('cells that gathered', () => {
  test('are shared out evenly where workers have little to do', () => {
    expect(chunkSize(line({ gathered: 60 }))).toBe(6)
    expect(chunkSize(line({ gathered: 3 }))).toBe(1)
    expect(chunkSize(line({ gathered: 60, workers: 0 }))).toBe(60)
  })

  test('go by the decode where they are many', () => {
    expect(chunkSize(line({ gathered: 4_000 }))).toBe(mostCells)
  })

  test('wait for others where workers have enough, so that a million of them is no million messages', () => {
    const busy = line({ gathered: 5, offered: 1_000, works: 21 })
    expect(hasEnough(busy)).toBe(true)
    expect(chunkSize(busy)).toBe(51)
    expect(hasEnough(line({ gathered: 5, offered: 1_000, works: 20 }))).toBe(false)
  })

  test('count by the workers that a line has, where there are several lines', () => {
    const shared = line({ gathered: 5, offered: 100, works: 5, lines: 5 })
    expect([hasEnough(shared), chunkSize(shared)]).toEqual([true, 27])
  })
})
