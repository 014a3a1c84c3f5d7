import { expect, test } from 'vitest'
import { defineNode } from './define-node.ts'

const said = { type: 'test/said', version: 1, title: 'Said', description: 'Says it.', inputs: {} } as const
const text = { type: 'text', description: 'A text.' } as const
const table = { type: 'table', description: 'A table.' } as const

// That each line marked as an error is one is checked with all other types, by `npm run check`.

test('a node gives at each output what its port takes; anything else does not compile', () => {
  const nodes = [
    defineNode({ ...said, outputs: { text }, run: () => ({ text: 'a' }) }),
    defineNode({ ...said, outputs: { table }, run: () => ({ table: { columns: [], rows: [] } }) }),
    defineNode({ ...said, outputs: { text: { ...text, spreads: true } }, run: () => ({ text: ['a', 'b'] }) }),
    // @ts-expect-error a number is no text
    defineNode({ ...said, outputs: { text }, run: () => ({ text: 1 }) }),
    // @ts-expect-error rows are missing
    defineNode({ ...said, outputs: { table }, run: () => ({ table: { columns: [] } }) }),
    // @ts-expect-error what is spread is a list
    defineNode({ ...said, outputs: { text: { ...text, spreads: true } }, run: () => ({ text: 'a' }) }),
    // @ts-expect-error the output is missing
    defineNode({ ...said, outputs: { text }, run: () => ({}) }),
  ]
  expect(nodes.map(({ type }) => type)).toEqual(Array(7).fill('test/said'))
})
