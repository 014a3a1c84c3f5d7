import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'

const swept = {
  mood: { type: 'matrix/axis', inputs: { values: 'happy, sad', label: 'Mood' } },
  place: { type: 'matrix/axis', inputs: { values: 'sea, wood | hut, moon' } },
  line: {
    type: 'text/template',
    inputs: { template: '{{mood}} {{place}}' },
    links: { mood: ['mood', 'value'] as [string, string], place: ['place', 'value'] as [string, string] },
  },
}

test('the last axis goes across and the others down, with headings', async () => {
  const { outputs } = await runGraph({
    ...swept,
    grid: { type: 'matrix/grid', links: { values: ['line', 'text'] } },
  })
  expect(outputs['grid']).toMatchObject({
    table: {
      columns: ['Mood', 'sea', 'wood | hut', 'moon'],
      rows: [
        ['happy', 'happy sea', 'happy wood | hut', 'happy moon'],
        ['sad', 'sad sea', 'sad wood | hut', 'sad moon'],
      ],
    },
    text: [
      '| Mood | sea | wood \\| hut | moon |',
      '| --- | --- | --- | --- |',
      '| happy | happy sea | happy wood \\| hut | happy moon |',
      '| sad | sad sea | sad wood \\| hut | sad moon |',
    ].join('\n'),
  })
})

test('another axis can go across, by id or label', async () => {
  const { outputs } = await runGraph({
    ...swept,
    grid: { type: 'matrix/grid', inputs: { columns: 'Mood' }, links: { values: ['line', 'text'] } },
  })
  expect(outputs['grid']?.['table']).toMatchObject({ columns: ['place', 'happy', 'sad'] })
})

test('an axis that is not there names those that are', async () => {
  const { errors } = await runGraph({
    ...swept,
    grid: { type: 'matrix/grid', inputs: { columns: 'colour' }, links: { values: ['line', 'text'] } },
  })
  expect(errors[0]).toMatchObject({ code: 'unknown-axis', hint: 'Its axes are `mood`, `place`.' })
})

test('a cell that failed says so in its place', async () => {
  const { outputs, status } = await runGraph({
    n: { type: 'matrix/axis', inputs: { values: ['1', 2] } },
    seeds: { type: 'matrix/seeds', inputs: { seed: 5 }, links: { count: ['n', 'value'] } },
    first: { type: 'matrix/join', inputs: { over: 'seeds' }, links: { values: ['seeds', 'seed'] } },
    grid: { type: 'matrix/grid', links: { values: ['first', 'text'] } },
  })
  expect({ table: outputs['grid']?.['table'], status }).toEqual({
    table: {
      columns: ['1', '2'],
      rows: [['skipped: none of the 1 cells of `values` succeeded', '5\n6']],
    },
    status: 'partial',
  })
})
