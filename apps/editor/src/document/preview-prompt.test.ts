import { expect, test } from 'vitest'
import type { NodeDescription, Workflow } from '@woolgather/workflow'
import { previewPrompt, unpackTo } from './preview-prompt.ts'

const inputs = (...names: string[]) =>
  names.map((name) => ({
    name,
    type: 'text',
    title: name,
    required: false,
    multiple: false,
    advanced: false,
  }))
const framed = ['model', 'prompt', 'messages', 'system', 'template', 'jinja', 'special']
const byType = new Map(
  Object.entries({
    'generation/written-prompt': inputs(...framed),
    'generation/generate': inputs(...framed, 'maxTokens'),
    'generation/embed': inputs('model', 'text'),
  }).map(([type, own]) => [type, { type, inputs: own } as unknown as NodeDescription]),
)

const model = { type: 'loading/model', inputs: { file: 'a.gguf' } }
const write = (links: Workflow['nodes'][string]['links'] = {}): Workflow['nodes'][string] => ({
  type: 'generation/generate',
  inputs: { prompt: 'Hello', template: 'gemma', maxTokens: 5 },
  links: { model: ['model', 'model'], ...links },
})
const previewOf = (nodes: Workflow['nodes'], id = 'write') =>
  previewPrompt(
    { format: 'woolgather', version: 1, name: 'w', nodes },
    id,
    byType,
    (file) => file === 'a.gguf',
  )

test('what a node would ask is written out with its model, and with nothing else of the workflow', () => {
  const preview = previewOf({ model, write: write(), other: write() })!
  expect(Object.keys(preview.workflow.nodes)).toEqual(['model', preview.target])
  expect(preview.workflow.nodes[preview.target]).toEqual({
    type: 'generation/written-prompt',
    inputs: { prompt: 'Hello', template: 'gemma' },
    links: { model: ['model', 'model'] },
  })
})

test('what is made of a model afterwards is not made: it reads as it was loaded', () => {
  const bake = { type: 'lora/bake', links: { model: ['model', 'model'] } } as const
  const preview = previewOf({ model, bake: { ...bake }, write: write({ model: ['bake', 'model'] }) })!
  expect(Object.keys(preview.workflow.nodes)).toEqual(['model', preview.target])
})

test('texts that are known at once come over their links, what a model writes is stood in for', () => {
  const first = { type: 'text/template', links: { name: ['second', 'text'] } } as const
  const nodes = { model, first: { ...first }, second: { type: 'text/text', inputs: { text: 'x' } } }
  const quick = previewOf({ ...nodes, write: write({ prompt: ['first', 'text'] }) })!
  expect(Object.keys(quick.workflow.nodes).toSorted()).toEqual(
    ['first', 'model', quick.target, 'second'].toSorted(),
  )
  expect(quick.workflow.nodes[quick.target]!.links!['prompt']).toEqual(['first', 'text'])
  const slow = previewOf({ model, early: write(), write: write({ prompt: ['early', 'text'] }) })!
  expect(Object.keys(slow.workflow.nodes)).toEqual(['model', slow.target])
  expect(slow.workflow.nodes[slow.target]!.inputs!['prompt']).toContain('link')
})

test('nothing is asked where no model is known, or none is here, or no prompt is written', () => {
  expect(previewOf({ write: write() })).toBeUndefined()
  expect(
    previewOf({ model: { ...model, inputs: { file: 'hf:a/b/c.gguf' } }, write: write() }),
  ).toBeUndefined()
  const swept = { ...model, links: { file: ['axis', 'value'] as [string, string] } }
  expect(previewOf({ model: swept, write: write() })).toBeUndefined()
  expect(
    previewOf({ model, write: { type: 'generation/embed', links: { model: ['model', 'model'] } } }),
  ).toBeUndefined()
  const circle = { type: 'lora/apply', links: { model: ['circle', 'model'] as [string, string] } }
  expect(previewOf({ circle, write: write({ model: ['circle', 'model'] }) })).toBeUndefined()
})

test('inside a subgraph the model and the texts are those of the use that was entered', () => {
  const inside = { ...write({ model: ['$in', 'model'] }), inputs: { template: 'gemma' } }
  inside.links = { ...inside.links, prompt: ['$in', 'said'] }
  const handOn = (name: string) => ({ name, type: 'any' as const })
  const subgraph = (nodes: Workflow['nodes']): NonNullable<Workflow['subgraphs']>[string] => ({
    name: 'Inner',
    inputs: [handOn('model'), handOn('said')],
    outputs: [],
    nodes,
  })
  const use = (type: string, model: string, said: string): Workflow['nodes'][string] => ({
    type: `subgraph/${type}`,
    inputs: { said },
    links: { model: [model, 'model'] },
  })
  const workflow: Workflow = {
    format: 'woolgather',
    version: 1,
    name: 'w',
    nodes: { model, one: use('outer', 'model', 'First'), two: use('outer', 'model', 'Second') },
    subgraphs: {
      outer: subgraph({
        // Named as one outside is.
        model: {
          type: 'subgraph/inner',
          links: { model: ['$in', 'model'], said: ['$in', 'said'] },
        },
      }),
      inner: subgraph({ write: inside }),
    },
  }
  const reads = (path: string[]): unknown => {
    const at = unpackTo(workflow, path, 'write', byType)!
    const preview = previewPrompt(at.workflow, at.id, byType, (file) => file === 'a.gguf')!
    return { ...preview.workflow.nodes[preview.target]!.inputs, nodes: Object.keys(preview.workflow.nodes) }
  }
  for (const [path, prompt] of [
    [['one', 'model'], 'First'],
    [['two', 'model'], 'Second'],
  ] as const)
    expect(reads([...path])).toEqual({ prompt, template: 'gemma', nodes: ['model', 'read'] })
  expect(unpackTo(workflow, ['gone'], 'write', byType)).toBeUndefined()
})
