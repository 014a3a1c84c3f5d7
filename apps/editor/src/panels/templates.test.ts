import type { NodeDescription, Workflow } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { sentenceAbout } from './templates.tsx'

const describe = (type: string, title: string, sink = false): [string, NodeDescription] => [
  type,
  { type, title, version: 1, description: '', family: '', inputs: [], outputs: [], ...(sink && { sink }) },
]

test('An example is described by what it is made of, each kind of node once', () => {
  const workflow: Workflow = {
    format: 'woolgather',
    version: 1,
    name: 'W',
    nodes: { a: { type: 'axis' }, b: { type: 'axis' }, g: { type: 'gen' }, s: { type: 'grid' } },
  }
  const types = new Map([
    describe('axis', 'Axis'),
    describe('gen', 'Generate'),
    describe('grid', 'Grid', true),
  ])
  expect(sentenceAbout(workflow, types)).toBe('Axis, Generate; shown as Grid.')
})
