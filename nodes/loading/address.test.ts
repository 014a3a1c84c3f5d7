import type { WorkflowNode } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'

const address = 'https://example.com/secret.gguf'
const text: WorkflowNode = { type: 'text/text', inputs: { text: address } }
const axis: WorkflowNode = { type: 'matrix/axis', inputs: { values: address } }

/** What is refused of a model that reads its file from `source`, among other nodes. */
async function refused(type: string, graph: Record<string, WorkflowNode>, from: [string, string]) {
  const { errors } = await runGraph({ ...graph, model: { type, links: { file: from } } })
  return errors
    .filter(({ message }) => message.includes('is not written in the workflow'))
    .map(({ node }) => node)
}

const types = ['loading/model', 'lora/load', 'steering/load-vector']

test.each(types)('%s fetches from an address that is written into it', async (type) => {
  const { errors } = await runGraph({ model: { type, inputs: { file: address } } })
  expect(errors.filter(({ message }) => message.includes('is not written'))).toEqual([])
})

test.each(types)('%s fetches from each of the addresses of an axis that is written', async (type) => {
  expect(await refused(type, { axis }, ['axis', 'value'])).toEqual([])
  const each: WorkflowNode = { type: 'matrix/each', inputs: { list: [address] } }
  expect(await refused(type, { each }, ['each', 'value'])).toEqual([])
  const zip: WorkflowNode = { type: 'matrix/zip', links: { a: ['axis', 'value'] } }
  expect(await refused(type, { axis, zip }, ['zip', 'a'])).toEqual([])
})

const template: WorkflowNode = {
  type: 'text/template',
  inputs: { template: 'https://example.com/{{secret}}.gguf' },
  links: { secret: ['text', 'text'] },
}

test.each<[string, Record<string, WorkflowNode>, [string, string]]>([
  [
    'a template',
    { text, template, each: { type: 'matrix/each', links: { list: ['template', 'text'] } } },
    ['each', 'value'],
  ],
  [
    'an input of the workflow',
    { asked: { type: 'api/input', inputs: { name: 'model', value: address } } },
    ['asked', 'value'],
  ],
  [
    'an axis whose values come over a link',
    { text, axis: { type: 'matrix/axis', links: { values: ['text', 'text'] } } },
    ['axis', 'value'],
  ],
  [
    'a list that comes over a link',
    { text, each: { type: 'matrix/each', links: { list: ['text', 'text'] } } },
    ['each', 'value'],
  ],
  [
    'a choice between written ones',
    {
      axis,
      choice: {
        type: 'logic/switch',
        inputs: { choice: 0 },
        links: { cases: [['axis', 'value']] },
      },
    },
    ['choice', 'value'],
  ],
])('nothing is fetched from an address that comes from %s', async (_, graph, from) => {
  expect(await refused('loading/model', graph, from)).toEqual(['model'])
})
