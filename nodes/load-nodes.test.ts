import { executeWorkflow } from '@woolgather/engine'
import type { Workflow } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { definitions } from './definitions.ts'
import { describeLibrary } from './descriptions.ts'
import { library } from './library.ts'
import { loadNodes } from './load-nodes.ts'
import type { NodeServices } from './services/services.ts'

const workflow: Workflow = {
  format: 'woolgather',
  version: 1,
  name: 'Loud',
  nodes: {
    first: { type: 'text/text', inputs: { text: 'sea' } },
    loud: { type: 'subgraph/loud', links: { text: ['first', 'text'] } },
    own: { type: 'mine/own' },
    no: { type: 'constructor' },
  },
  subgraphs: {
    loud: {
      name: 'Loud',
      inputs: [{ name: 'text', type: 'text' }],
      outputs: [{ name: 'text', type: 'text', from: ['case', 'text'] }],
      nodes: { case: { type: 'text/case', inputs: { to: 'upper' }, links: { text: ['$in', 'text'] } } },
    },
  },
}

test('every node of the library stands under its own name', () => {
  expect(definitions.map(({ type }) => type)).toEqual(Object.keys(library))
})

test('of the library, what a workflow has is loaded, in its subgraphs too, and nothing else', async () => {
  const loaded: string[] = []
  const watched = Object.fromEntries(
    Object.entries(library).map(([type, load]) => [type, () => (loaded.push(type), load())]),
  )
  expect([...(await loadNodes(workflow, watched)).keys()]).toEqual(['text/text', 'text/case'])
  expect(loaded).toEqual(['text/text', 'text/case'])
})

test('a node that does not load fails as a cell, which says why and what to do; the others run', async () => {
  const without = { ...library, 'text/case': () => Promise.reject(new Error('Cannot find module case.js')) }
  const { status, errors, outputs } = await executeWorkflow({
    workflow: { ...workflow, nodes: { first: workflow.nodes['first']!, loud: workflow.nodes['loud']! } },
    registry: { descriptions: describeLibrary(), definitions: await loadNodes(workflow, without) },
    services: {} as NodeServices,
    targets: ['first', 'loud'],
  })
  expect([status, outputs]).toEqual(['partial', { first: { text: 'sea' }, loud: {} }])
  expect(errors).toMatchObject([
    {
      code: 'internal',
      node: 'loud/case',
      message: '`text/case` does not load: Cannot find module case.js',
      hint: expect.stringContaining('Start Woolgather again') as string,
    },
  ])
})
