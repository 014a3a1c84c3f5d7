import { expect, test } from 'vitest'
import type { Workflow } from './document.ts'
import { withoutDatasets } from './without-datasets.ts'

/*
   model ──► inner (a dataset in a subgraph) ──► train
   lines ──►   │
   story (beside it)
*/
const workflow: Workflow = {
  format: 'woolgather',
  version: 1,
  name: 'Private',
  nodes: {
    model: { type: 'loading/model', inputs: { file: 'a.gguf' } },
    lines: { type: 'matrix/axis', inputs: { values: ['my secret'], label: 'secret' } },
    own: {
      type: 'lora/dataset',
      inputs: { text: 'my secret', format: 'chat', cutoff: 64 },
      links: { model: ['model', 'model'] },
    },
    inner: {
      type: 'subgraph/learn',
      inputs: { text: 'my secret' },
      links: { rows: ['lines', 'value'], model: ['model', 'model'] },
    },
    train: {
      type: 'lora/train',
      inputs: { rank: 4 },
      links: { model: ['model', 'model'], dataset: ['inner', 'dataset'] },
    },
    story: { type: 'generation/generate', inputs: { prompt: 'Tell me a story.' } },
  },
  subgraphs: {
    learn: {
      name: 'Learn',
      inputs: [{ name: 'text', type: 'text' }],
      outputs: [{ name: 'dataset', type: 'dataset', from: ['data', 'dataset'] }],
      nodes: {
        data: { type: 'lora/dataset', inputs: { text: 'my secret' }, links: { rows: [['$in', 'rows']] } },
      },
    },
  },
}

test('what was typed for a model to learn is in no file, wherever the dataset stands and whatever leads to it [R78]', () => {
  const carried = withoutDatasets(workflow)
  expect(JSON.stringify(carried)).not.toContain('secret')
  expect(carried.nodes['own']!.inputs).toEqual({ format: 'chat', cutoff: 64 })
  expect([carried.nodes['model'], carried.nodes['train'], carried.nodes['story']]).toEqual([
    workflow.nodes['model'],
    workflow.nodes['train'],
    workflow.nodes['story'],
  ])
})

test('a workflow without datasets stays as it is', () => {
  const { model, story } = workflow.nodes
  const plain: Workflow = { ...workflow, nodes: { model: model!, story: story! }, subgraphs: {} }
  expect(withoutDatasets(plain)).toEqual(plain)
})
