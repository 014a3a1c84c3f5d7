import type { WorkflowNode } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'

const address = 'https://example.com/secret.gguf'

test.each(['loading/model', 'lora/load', 'steering/load-vector'])(
  '%s fetches from an address that is written into it, not from one that comes over a link',
  async (type) => {
    const node: WorkflowNode = { type }
    const { errors } = await runGraph({
      axis: { type: 'matrix/axis', inputs: { values: address } },
      written: { ...node, inputs: { file: address } },
      linked: { ...node, links: { file: ['axis', 'value'] } },
    })
    const refused = errors.filter(({ message }) => message.includes('is not written in the workflow'))
    expect(refused.map((error) => error.node)).toEqual(['linked'])
  },
)
