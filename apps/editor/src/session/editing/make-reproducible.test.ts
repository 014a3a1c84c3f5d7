import type { NodeDescription, WorkflowNode } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { loadersBehind } from './make-reproducible.ts'

const loader = { inputs: [{ name: 'reproducible', type: 'boolean' }] } as unknown as NodeDescription
const types = new Map([['loading/model', loader]])
const node = (links: WorkflowNode['links'] = {}, inputs: WorkflowNode['inputs'] = {}): WorkflowNode => ({
  type: Object.keys(links).length > 0 ? 'text/any' : 'loading/model',
  inputs,
  links,
})

/*
   a ──► steer ──► story ──► grid        b is loaded for something else
   exact ────────────┘
*/
test('the models behind a node are found however far away, without those that are reproducible already', () => {
  const nodes = {
    a: node(),
    b: node(),
    exact: node({}, { reproducible: true }),
    steer: node({ model: ['a', 'model'] }),
    story: node({ model: ['steer', 'model'], prompts: [['exact', 'model']] }),
    grid: node({ values: ['story', 'text'] }),
  }
  expect(loadersBehind('grid', nodes, types)).toEqual(['a'])
  expect(loadersBehind('b', nodes, types)).toEqual(['b'])
  expect(loadersBehind('exact', nodes, types)).toEqual([])
})
