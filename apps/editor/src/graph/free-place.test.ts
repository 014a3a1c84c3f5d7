import { expect, test } from 'vitest'
import { findFreePlace } from './free-place.ts'

test('An empty place is taken as it is', () => {
  expect(findFreePlace({ x: 5, y: 7 }, [])).toEqual({ x: 5, y: 7 })
  expect(findFreePlace({ x: 5, y: 7 }, [{ x: 500, y: 0, width: 280, height: 200 }])).toEqual({ x: 5, y: 7 })
})

test('A place that is covered moves just beside what covers it', () => {
  const box = { x: 0, y: 0, width: 280, height: 100 }
  expect(findFreePlace({ x: 0, y: 0 }, [box])).toEqual({ x: 0, y: 120 })
})

test('Where everything is full, the wanted place stands', () => {
  const everywhere = { x: -1e6, y: -1e6, width: 2e6, height: 2e6 }
  expect(findFreePlace({ x: 1, y: 2 }, [everywhere])).toEqual({ x: 1, y: 2 })
})
