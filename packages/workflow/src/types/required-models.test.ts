import { describe, expect, test } from 'vitest'
import type { NodeDescription } from './description.ts'
import type { Workflow, WorkflowNode } from '../document/document.ts'
import { missingNodeTypes, requiredModels } from './required-models.ts'

const type = (name: string, input: string, inputType: 'file' | 'text' | 'any'): [string, NodeDescription] => [
  name,
  {
    type: name,
    version: 1,
    title: name,
    description: '',
    family: 'test',
    inputs: [{ name: input, title: input, description: '', type: inputType, required: false, schema: {} }],
    outputs: [],
  },
]
const known = new Map([
  type('loading/model', 'file', 'file'),
  type('text/text', 'text', 'text'),
  type('matrix/axis', 'values', 'any'),
])

const withNodes = (nodes: Record<string, WorkflowNode>, more: Partial<Workflow> = {}): Workflow => ({
  format: 'woolgather',
  version: 1,
  name: '',
  nodes,
  ...more,
})

describe('the models a workflow requires', () => {
  test('are those its nodes name, by themselves or on an axis, and not those a text speaks of [W39]', () => {
    const workflow = withNodes({
      model: { type: 'loading/model', inputs: { file: 'demo/my model.gguf' } },
      axis: { type: 'matrix/axis', inputs: { values: 'a.gguf, b.gguf\n0.5' } },
      list: { type: 'matrix/axis', inputs: { values: ['c.gguf', 7] } },
      text: { type: 'text/text', inputs: { text: 'save.gguf' } },
      odd: { type: 'no/such', inputs: { anything: 'd.gguf' } },
    })
    expect(requiredModels(workflow, known).map(({ file }) => file)).toEqual([
      'demo/my model.gguf',
      'a.gguf',
      'b.gguf',
      'c.gguf',
      'd.gguf',
    ])
  })

  test('say where an address is to be had, and the hash that its node wants [W39]', () => {
    const sha256 = 'ab'.repeat(32)
    const workflow = withNodes({
      one: { type: 'loading/model', inputs: { file: 'hf:owner/repo:Q4_K_M', sha256 } },
      two: { type: 'loading/model', inputs: { file: 'https://example.com/x.gguf' } },
    })
    expect(requiredModels(workflow, known)).toEqual([
      { file: 'hf:owner/repo:Q4_K_M', sha256, source: 'hf:owner/repo:Q4_K_M' },
      { file: 'https://example.com/x.gguf', source: 'https://example.com/x.gguf' },
    ])
  })

  test('keep what the workflow says of them, and lose those it no longer names [W40]', () => {
    const kept = { file: 'kept.gguf', sha256: 'cd'.repeat(32), source: 'hf:a/b/kept.gguf', bytes: 7 }
    const workflow = withNodes(
      { model: { type: 'loading/model', inputs: { file: 'kept.gguf' } } },
      { requires: { models: [kept, { file: 'gone.gguf' }] } },
    )
    expect(requiredModels(workflow, known)).toEqual([kept])
  })

  test('are also those inside subgraphs and those handed into one [W41]', () => {
    const workflow = withNodes(
      { use: { type: 'subgraph/s', inputs: { which: 'in.gguf', note: 'not.gguf' } } },
      {
        subgraphs: {
          s: {
            name: 's',
            inputs: [
              { name: 'which', type: 'file' },
              { name: 'note', type: 'text' },
            ],
            outputs: [],
            nodes: { model: { type: 'loading/model', inputs: { file: 'inner.gguf' } } },
          },
        },
      },
    )
    expect(requiredModels(workflow, known).map(({ file }) => file)).toEqual(['in.gguf', 'inner.gguf'])
  })
})

test('node types that are not known are named with their nodes', () => {
  const workflow = withNodes(
    { a: { type: 'no/such' }, b: { type: 'no/such' }, c: { type: 'text/text' }, d: { type: 'subgraph/s' } },
    { subgraphs: { s: { name: 's', inputs: [], outputs: [], nodes: { e: { type: 'other/one' } } } } },
  )
  expect(missingNodeTypes(workflow, known)).toEqual([
    { type: 'no/such', nodes: ['a', 'b'] },
    { type: 'other/one', nodes: ['subgraph/s/e'] },
  ])
})

test('a model named with backslashes is the file that is listed with slashes', () => {
  const nodes = { a: { type: 'loading/model', inputs: { file: 'demo\\x.gguf' } } }
  const requires = { models: [{ file: 'demo\\x.gguf', bytes: 7 }] }
  expect(requiredModels(withNodes(nodes, { requires }), known)).toEqual([{ file: 'demo/x.gguf', bytes: 7 }])
})
