import { expect, test } from 'vitest'
import { fitBeside } from './show-all.ts'

const part = { x: 200, y: 50, width: 1000, height: 600 }
const overview = { x: 1000, y: 500, width: 200, height: 150 }
const buttons = { x: 210, y: 610, width: 130, height: 30 }

test('A graph that would lie under the overview or the buttons is seen beside or above it, whichever is larger', () => {
  for (const graph of [
    { x: -500, y: -900, width: 10_000, height: 6000 },
    { x: 0, y: 0, width: 9000, height: 9000 },
    { x: 0, y: 0, width: 20_000, height: 3500 },
  ]) {
    const { x, y, zoom } = fitBeside(graph, part, [buttons, overview])
    const [right, bottom] = [(graph.x + graph.width) * zoom + x, (graph.y + graph.height) * zoom + y]
    expect(right <= overview.x || bottom <= overview.y).toBe(true)
    expect(graph.x * zoom + x >= buttons.x + buttons.width || bottom <= buttons.y).toBe(true)
    expect(graph.x * zoom + x).toBeGreaterThanOrEqual(part.x)
    expect(graph.y * zoom + y).toBeGreaterThanOrEqual(part.y)
  }
})

test('One that would not lie under it takes the whole window', () => {
  const graph = { x: 0, y: 0, width: 3000, height: 200 }
  expect(fitBeside(graph, part, [buttons, overview])).toEqual(fitBeside(graph, part, []))
})
