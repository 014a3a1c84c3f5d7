import { expect, test } from 'vitest'
import { findFreePlace } from './free-place.ts'

const view = { x: -1000, y: -1000, width: 2000, height: 2000 }

test('An empty place is taken as it is', () => {
  expect(findFreePlace({ x: 5, y: 7 }, [], view)).toEqual({ x: 5, y: 7 })
  const beside = { x: 500, y: 0, width: 280, height: 200 }
  expect(findFreePlace({ x: 5, y: 7 }, [beside], view)).toEqual({ x: 5, y: 7 })
})

test('A place that is covered moves just beside what covers it', () => {
  const box = { x: 0, y: 0, width: 280, height: 100 }
  expect(findFreePlace({ x: 0, y: 0 }, [box], view)).toEqual({ x: 0, y: 120 })
})

test('A new node does not leave what is seen', () => {
  const box = { x: -150, y: -100, width: 300, height: 260 }
  const low = { x: -1000, y: -200, width: 2000, height: 400 }
  expect(findFreePlace({ x: -150, y: -100 }, [box], low)).toEqual({ x: -470, y: -100 })
})

test('Where everything that is seen is full, the wanted place stands', () => {
  expect(findFreePlace({ x: 1, y: 2 }, [view], view)).toEqual({ x: 1, y: 2 })
})
