import { expect, test } from 'vitest'
import type { Subgraph, Workflow } from '../document/document.ts'
import { seedsIn, withSeeds } from './with-seeds.ts'

const write = { type: 'generation/generate', inputs: { prompt: 'a story' } }
const teller: Subgraph = { name: 'Teller', inputs: [], outputs: [], nodes: { write } }
const workflow = (nodes: Workflow['nodes'], subgraphs?: Workflow['subgraphs']): Workflow => ({
  format: 'woolgather',
  version: 1,
  name: 'Seeds',
  nodes,
  ...(subgraphs && { subgraphs }),
})
const seeded = (seed: number): object => ({ ...write, inputs: { prompt: 'a story', seed } })

test('a drawn seed is written into its node [R44]', () => {
  const before = workflow({ write, other: write })
  expect(withSeeds(before, { write: 7 })).toEqual(workflow({ write: seeded(7) as never, other: write }))
})

test('a seed drawn inside a subgraph is written into its definition', () => {
  const before = workflow({ use: { type: 'subgraph/teller' } }, { teller })
  const after = withSeeds(before, { 'use/write': 7 })
  expect(after.nodes).toEqual(before.nodes)
  expect(after.subgraphs).toEqual({ teller: { ...teller, nodes: { write: seeded(7) } } })
})

test('a subgraph used twice gets a definition for each use, as each drew its own seed [R44]', () => {
  const before = workflow({ a: { type: 'subgraph/teller' }, b: { type: 'subgraph/teller' } }, { teller })
  const after = withSeeds(before, { 'a/write': 1, 'b/write': 2 })
  expect(after.nodes).toEqual({ a: { type: 'subgraph/teller' }, b: { type: 'subgraph/teller-2' } })
  expect(after.subgraphs?.['teller']?.nodes).toEqual({ write: seeded(1) })
  expect(after.subgraphs?.['teller-2']?.nodes).toEqual({ write: seeded(2) })
})

test('a subgraph within one that is used twice is told apart as well, and a name that is there is not taken', () => {
  const pair: Subgraph = {
    ...teller,
    name: 'Pair',
    nodes: { first: { type: 'subgraph/teller' }, second: { type: 'subgraph/teller' } },
  }
  const before = workflow(
    { a: { type: 'subgraph/pair' }, b: { type: 'subgraph/pair' } },
    { teller, pair, 'teller-2': { ...teller, name: 'Another' } },
  )
  const seeds = { 'a/first/write': 1, 'a/second/write': 2, 'b/first/write': 3, 'b/second/write': 4 }
  const after = withSeeds(before, seeds)
  const seedAt = (...path: string[]): unknown => {
    let nodes = after.nodes
    for (const id of path.slice(0, -1)) {
      const type = nodes[id]?.type.replace('subgraph/', '') ?? ''
      nodes = after.subgraphs?.[type]?.nodes ?? {}
    }
    return nodes[path.at(-1)!]?.inputs?.['seed']
  }
  for (const [path, seed] of Object.entries(seeds)) expect(seedAt(...path.split('/'))).toBe(seed)
  expect(after.subgraphs?.['teller-2']).toEqual(before.subgraphs?.['teller-2'])
})

test('the seeds are found again in the workflow they were written into', () => {
  const before = workflow(
    { write, a: { type: 'subgraph/teller' }, b: { type: 'subgraph/teller' } },
    { teller },
  )
  const seeds = { write: 3, 'a/write': 1, 'b/write': 2 }
  expect(seedsIn(withSeeds(before, seeds), Object.keys(seeds))).toEqual(seeds)
  expect(seedsIn(before, Object.keys(seeds))).toBeUndefined()
  expect(seedsIn(before, ['no/such/node'])).toBeUndefined()
})

test('the workflow that is given stays as it was', () => {
  const before = workflow({ use: { type: 'subgraph/teller' } }, { teller })
  const copy = structuredClone(before)
  withSeeds(before, { 'use/write': 7 })
  expect(before).toEqual(copy)
})
