import { expect, test } from 'vitest'
import { alignNodes, distributeNodes } from './align-nodes.ts'

const boxes = {
  a: { x: 0, y: 0, width: 100, height: 50 },
  b: { x: 300, y: 40, width: 200, height: 100 },
  c: { x: 160, y: 90, width: 40, height: 10 },
}

test('Aligned nodes share an edge of their common box, or its middle', () => {
  const xs = (alignment: 'left' | 'centre' | 'right') =>
    Object.values(alignNodes(boxes, alignment)).map(({ x }) => x)
  const ys = (alignment: 'top' | 'middle' | 'bottom') =>
    Object.values(alignNodes(boxes, alignment)).map(({ y }) => y)
  expect([xs('left'), xs('centre'), xs('right')]).toEqual([
    [0, 0, 0],
    [200, 150, 230],
    [400, 300, 460],
  ])
  expect([ys('top'), ys('middle'), ys('bottom')]).toEqual([
    [0, 0, 0],
    [45, 20, 65],
    [90, 40, 130],
  ])
})

test('Distributed nodes have equal gaps between neighbours, the outermost where they were', () => {
  expect(distributeNodes(boxes, 'across')).toEqual({
    a: { x: 0, y: 0 },
    c: { x: 180, y: 90 },
    b: { x: 300, y: 40 },
  })
})

test('Without room between the outermost, air is made', () => {
  const crowded = { a: boxes.a, b: { ...boxes.b, x: 50 }, c: { ...boxes.c, x: 20 } }
  expect(distributeNodes(crowded, 'across')).toEqual({
    a: { x: 0, y: 0 },
    c: { x: 124, y: 90 },
    b: { x: 188, y: 40 },
  })
})
