import { createRequire } from 'node:module'
import { createRegistry, defineNode } from '../../packages/engine/dist/index.js'

// zod is a dependency of the engine, not of the repository's root
const { z } = createRequire(new URL('../../packages/engine/package.json', import.meta.url))('zod')

const number = (description) => ({ type: 'number', description, schema: z.number().default(0) })

const add = defineNode({
  type: 'bench/add',
  version: 1,
  title: 'Add',
  description: 'Adds two numbers.',
  inputs: { a: number('One.'), b: number('Another.') },
  outputs: { sum: { type: 'number', description: 'Their sum.' } },
  run: ({ a, b }) => ({ sum: (a + b) % 1_000_003 }),
})

const axis = defineNode({
  type: 'bench/axis',
  version: 1,
  title: 'Axis',
  description: 'Numbers from 0.',
  inputs: { length: { type: 'integer', description: 'How many.', schema: z.int() } },
  outputs: { value: { type: 'number', description: 'One of them.', spreads: true } },
  run: ({ length }) => ({ value: Array.from({ length }, (_, i) => i) }),
})

const count = defineNode({
  type: 'bench/count',
  version: 1,
  title: 'Count',
  description: 'Counts cells.',
  inputs: { values: { type: 'any', description: 'What to count.', collects: true } },
  outputs: { count: { type: 'integer', description: 'How many.' } },
  run: ({ values }) => ({ count: values.cells.length }),
})

export const registry = createRegistry([add, axis, count])

const document = (nodes) => ({ format: 'woolgather', version: 1, name: 'bench', nodes })

/** Each node reads the one before it. */
export function chain(size) {
  const nodes = { n0: { type: 'bench/add', inputs: { a: 1 } } }
  for (let i = 1; i < size; i++)
    nodes[`n${i}`] = { type: 'bench/add', inputs: { b: 1 }, links: { a: [`n${i - 1}`, 'sum'] } }
  return document(nodes)
}

/** Rows of 100; each node reads two of the row above. */
export function mesh(size) {
  const nodes = {}
  for (let i = 0; i < size; i++) {
    if (i < 100) nodes[`n${i}`] = { type: 'bench/add', inputs: { a: i } }
    else {
      const above = i - 100
      const beside = above % 100 === 99 ? above - 99 : above + 1
      nodes[`n${i}`] = { type: 'bench/add', links: { a: [`n${above}`, 'sum'], b: [`n${beside}`, 'sum'] } }
    }
  }
  return document(nodes)
}

/** All nodes read one. */
export function wide(size) {
  const nodes = { source: { type: 'bench/add', inputs: { a: 1 } } }
  for (let i = 1; i < size; i++)
    nodes[`n${i}`] = { type: 'bench/add', inputs: { b: i }, links: { a: ['source', 'sum'] } }
  return document(nodes)
}

/** 100 × 100 cells of one node, counted. */
export function matrix(rows, columns) {
  return document({
    x: { type: 'bench/axis', inputs: { length: rows } },
    y: { type: 'bench/axis', inputs: { length: columns } },
    cell: { type: 'bench/add', links: { a: ['x', 'value'], b: ['y', 'value'] } },
    count: { type: 'bench/count', links: { values: ['cell', 'sum'] } },
  })
}
