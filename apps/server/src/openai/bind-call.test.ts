import type { NodeDescription, Workflow } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { bindCall } from './bind-call.ts'
import { readChatRequest, type ModelCall } from './requests.ts'

/*
   prompt ──► story ──► answer
*/
const workflow: Workflow = {
  format: 'woolgather',
  version: 1,
  name: 'chat',
  nodes: {
    prompt: { type: 'api/input', inputs: { name: 'prompt' } },
    story: {
      type: 'generation/generate',
      inputs: { templateArguments: { tone: 'dry' } },
      links: { prompt: ['prompt', 'value'] },
    },
    answer: { type: 'api/output', inputs: { name: 'answer' }, links: { value: ['story', 'text'] } },
  },
}
const types = new Map([
  ['generation/generate', { inputs: [{ name: 'templateArguments' }] } as unknown as NodeDescription],
])
const messages = [{ role: 'user', content: 'Hi' }]

test('what a client says of the template is added to what the workflow says', () => {
  const call = readChatRequest({
    model: 'chat',
    messages,
    reasoning_effort: 'low',
    chat_template_kwargs: { enable_thinking: false },
  }) as ModelCall
  const bound = bindCall(workflow, call, { messages, copy: 0 }, types)
  expect(bound.nodes['story']?.inputs?.['templateArguments']).toEqual({
    tone: 'dry',
    reasoning_effort: 'low',
    enable_thinking: false,
  })
})

test('each answer of several has a seed of its own, also where an input of the workflow decides it', () => {
  const seeded: Workflow = {
    ...workflow,
    nodes: { ...workflow.nodes, seed: { type: 'api/input', inputs: { name: 'seed', value: 7 } } },
  }
  const seeds = (set: object): unknown[] => {
    const call = readChatRequest({ model: 'chat', messages, n: 2, ...set }) as ModelCall
    return [0, 1].map(
      (copy) => bindCall(seeded, call, { messages, copy }, types).nodes['seed']?.inputs?.['value'],
    )
  }
  expect(seeds({})).toEqual([7, 8])
  expect(seeds({ seed: 40 })).toEqual([40, 41])
})
