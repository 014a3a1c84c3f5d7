import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PlaceIndex, type Place } from './place-index.ts'

const keyOf = (number: number): string => createHash('sha256').update(String(number)).digest('hex')

test('whatever is set, removed and forgotten in turn, it holds what a map does', () => {
  const change = fc.record({
    kind: fc.constantFrom('set', 'set', 'set', 'delete', 'forget'),
    key: fc.nat(60),
    place: fc.record({
      segment: fc.integer({ min: 1, max: 4 }),
      offset: fc.nat(4_294_967_295),
      length: fc.nat(268_435_456),
    }),
  })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
      const index = new PlaceIndex()
      const map = new Map<string, Place>()
      for (const { kind, key: number, place } of changes) {
        const key = keyOf(number)
        if (kind === 'set') {
          index.set(key, place)
          map.set(key, place)
        } else if (kind === 'delete') {
          index.delete(key)
          map.delete(key)
        } else {
          index.deleteSegment(place.segment)
          for (const [of, { segment }] of map) if (segment === place.segment) map.delete(of)
        }
      }
      for (let number = 0; number <= 60; number++)
        expect(index.get(keyOf(number))).toEqual(map.get(keyOf(number)))
      expect(index.size).toBe(map.size)
      expect([...index.places()]).toHaveLength(map.size)
    }),
    { numRuns: 40 },
  )
})

test('after thousands came and went, file by file, it holds those of the last file alone', () => {
  const index = new PlaceIndex()
  for (let round = 1; round <= 4; round++) {
    for (let number = 0; number < 5_000; number++)
      index.set(keyOf(round * 5_000 + number), { segment: round, offset: number, length: round })
    if (round > 1) index.deleteSegment(round - 1)
  }
  expect(index.size).toBe(5_000)
  for (const number of [0, 2_500, 4_999]) {
    expect(index.get(keyOf(20_000 + number))).toEqual({ segment: 4, offset: number, length: 4 })
    expect(index.get(keyOf(15_000 + number))).toBeUndefined()
  }
})
