import { expect, test } from 'vitest'
import { bindInputs } from './api-ports.ts'
import type { WorkflowNode } from '../document/document.ts'
import { workflow } from '../testing/descriptions.ts'

const story = (inputs: WorkflowNode['inputs'] = {}): WorkflowNode => ({ type: 'generation/generate', inputs })
const bound = [
  { node: 'story', input: 'prompt', value: 'Hi' },
  { node: 'story', input: 'seed', value: 7 },
]

test('values from outside are literals [W37]', () => {
  expect(bindInputs(workflow({ story: story() }), bound).nodes).toEqual({
    story: story({ prompt: 'Hi', seed: 7 }),
  })
})

test('texts from outside come over a link where control tokens count that are typed', () => {
  expect(bindInputs(workflow({ story: story({ special: true, prompt: '' }) }), bound).nodes).toEqual({
    story: { ...story({ special: true, seed: 7 }), links: { prompt: ['story.prompt', 'value'] } },
    'story.prompt': { type: 'api/input', inputs: { name: 'story.prompt', value: 'Hi' } },
  })
})

test('so they do where the switch itself comes from outside, or stands in a subgraph', () => {
  const switched = bindInputs(workflow({ story: story() }), [
    ...bound,
    { node: 'story', input: 'special', value: true },
  ])
  expect(switched.nodes['story']?.links).toEqual({ prompt: ['story.prompt', 'value'] })
  const inner = { name: 'Inner', inputs: [], outputs: [], nodes: { a: story({ special: true }) } }
  const outer = {
    ...workflow({ story: { type: 'subgraph/inner' }, 'story.prompt': story() }),
    subgraphs: { inner },
  }
  expect(bindInputs(outer, bound).nodes['story']?.links).toEqual({ prompt: ['story.prompt_', 'value'] })
})
