import { expect, test } from 'vitest'
import { drawCurves } from './draw-curves.ts'

const row = (step: number, loss: number, evaluationLoss: number | null = null) => ({
  ...{ step, loss, evaluationLoss, learningRate: 1e-3, tokensPerSecond: 100 },
})

test('curves are means of what was learnt between evaluations, and what was held back as it was last measured', () => {
  const history = [row(1, 4), row(2, 2, 5), row(3, 1), row(4, 0.12346, 4), row(5, 0.5)]
  expect(drawCurves(history, 2)).toMatchObject({
    kind: 'line',
    x: { values: ['2', '4', '5'] },
    series: { values: ['learnt', 'held back'] },
    means: [
      [3, 0.5617, 0.5],
      [5, 4, null],
    ],
    counts: [
      [1, 1, 1],
      [1, 1, 0],
    ],
  })
  expect(drawCurves(history, undefined)).toMatchObject({
    series: { values: ['learnt'] },
    means: [[4, 2, 1, 0.1235, 0.5]],
  })
  expect(drawCurves([], 2).means).toEqual([[], []])
})

test('however long a training is, its lines have few points', () => {
  const history = Array.from({ length: 1_001 }, (_, at) => row(at + 1, 1, (at + 1) % 5 === 0 ? 2 : null))
  for (const every of [5, undefined])
    expect(drawCurves(history, every).means[0]!.length).toBeLessThanOrEqual(40)
  expect(drawCurves(history, 5).means[1]!.slice(0, -1)).not.toContain(null)
})
