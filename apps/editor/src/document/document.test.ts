import type { NodeDescription, Workflow } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { extractNodes, pasteNodes } from './copy-nodes.ts'
import { reduceDocument } from './reduce-document.ts'
import { inputsOf, outputsOf } from './inputs-of.ts'
import { judgeLink } from './link-rules.ts'
import { makeCopyIds, makeId } from './make-id.ts'
import { fuzzyScore, searchNodes } from './search-nodes.ts'

// text ──▶ template ──▶ preview
const chain: Workflow = {
  format: 'woolgather',
  version: 1,
  name: 'Chain',
  nodes: {
    text: { type: 'text/text', inputs: { text: 'sea' }, view: { x: 0, y: 0 } },
    template: {
      type: 'text/template',
      inputs: { template: 'On {{ topic }} and {{mood}}' },
      links: { topic: ['text', 'text'] },
    },
    preview: { type: 'output/preview', links: { value: ['template', 'text'] } },
  },
}

const template: NodeDescription = {
  type: 'text/template',
  version: 1,
  title: 'Template',
  description: 'Fills in the blanks',
  family: 'text',
  inputs: [{ name: 'template', title: 'Template', description: '', type: 'text', required: true }],
  outputs: [{ name: 'text', type: 'text', description: '' }],
  dynamicInputs: { kind: 'placeholders', from: 'template', type: 'text' },
}

test('A template has its own inputs, one per placeholder, and whatever else the document names', () => {
  const node = {
    ...chain.nodes['template'],
    type: 'text/template',
    links: { gone: ['text', 'text'] as const },
  }
  const names = inputsOf(node, template, chain.nodes).map(({ name, orphan }) => (orphan ? `${name}?` : name))
  expect(names).toEqual(['template', 'topic', 'mood', 'gone?'])
})

test('A node of unknown type shows the outputs that are linked from', () => {
  expect(outputsOf('text', undefined, chain.nodes)).toEqual([{ name: 'text', type: 'any', description: '' }])
})

test('Links of the wrong type, to oneself and in circles are refused with the reason', () => {
  const judge = (from: string, fromType: 'text' | 'model', to: string) =>
    judgeLink(chain, { from: [from, 'text'], fromType, to: { node: to, input: 'topic' }, toType: 'text' })
  expect(judge('text', 'text', 'template')).toEqual({ ok: true })
  expect(judge('text', 'model', 'template')).toEqual({
    ok: false,
    reason: 'Model cannot go into a text input',
  })
  expect(judge('template', 'text', 'template')).toEqual({ ok: false, reason: 'A node cannot feed itself' })
  expect(judge('preview', 'text', 'text')).toEqual({
    ok: false,
    reason: 'This would make a circle: that node already depends on this one',
  })
})

test('Pasted nodes get free ids, keep the links among them and drop those from outside', () => {
  const copied = extractNodes(chain, new Set(['template', 'preview']))
  const { action, ids } = pasteNodes(chain, copied, {
    offset: { x: 10, y: 20 },
    keepOuterLinks: false,
    types: new Map(),
  })
  expect(ids).toEqual(['template-2', 'preview-2'])
  expect(reduceDocument(chain, action).nodes).toEqual({
    ...chain.nodes,
    'template-2': { ...chain.nodes['template'], links: {}, view: { x: 10, y: 20 } },
    'preview-2': { type: 'output/preview', links: { value: ['template-2', 'text'] }, view: { x: 10, y: 20 } },
  })
})

test('Duplicated nodes stay linked to what fed the originals', () => {
  const copied = extractNodes(chain, new Set(['template']))
  const { action } = pasteNodes(chain, copied, {
    offset: { x: 0, y: 0 },
    keepOuterLinks: true,
    types: new Map(),
  })
  expect(reduceDocument(chain, action).nodes['template-2']?.links).toEqual({ topic: ['text', 'text'] })
})

test('New ids are short, readable and free', () => {
  expect(makeId('generation/generate', new Set())).toBe('generate')
  expect(makeId('generation/generate', new Set(['generate', 'generate-2']))).toBe('generate-3')
  expect([...makeCopyIds(['a', 'a-2'], new Set(['a', 'a-2'])).values()]).toEqual(['a-3', 'a-4'])
})

test('An input that takes several links keeps their order and takes each once', () => {
  const add = (document: Workflow, from: string) =>
    reduceDocument(document, {
      type: 'link.add',
      node: 'preview',
      input: 'parts',
      from: [from, 'text'],
      append: true,
    })
  const document = add(add(add(chain, 'text'), 'template'), 'text')
  expect(document.nodes['preview']?.links?.['parts']).toEqual([
    ['text', 'text'],
    ['template', 'text'],
  ])
})

test('Search puts starts of words before letters scattered over the text', () => {
  expect(fuzzyScore('gen', 'Generate')).toBeGreaterThan(fuzzyScore('gen', 'Image engine'))
  expect(fuzzyScore('xyz', 'Generate')).toBe(0)
})

test('A word of the description finds a node, after those whose title matches', () => {
  const other: NodeDescription = { ...template, type: 'text/blanks', title: 'Blanks', description: '' }
  expect(searchNodes([template, other], 'blanks').map(({ type }) => type)).toEqual([
    'text/blanks',
    'text/template',
  ])
})

test('A frame is copied with its nodes where all of them are taken, to the place they are pasted at', () => {
  const place = (x: number) => ({ type: 'text/text', view: { x, y: 50 } })
  const group = { title: 'Both', x: 0, y: 0, width: 300, height: 200 }
  const nodes = { one: place(20), two: place(150), outside: place(900) }
  const document: Workflow = { ...chain, nodes, groups: [group, { ...group, title: 'Empty', x: 2000 }] }
  expect(extractNodes(document, new Set(['one'])).groups).toBeUndefined()
  const copied = extractNodes(document, new Set(['one', 'two', 'outside']))
  expect(copied.groups).toEqual([group])
  const { action } = pasteNodes(document, copied, {
    offset: { x: 30, y: 40 },
    keepOuterLinks: false,
    types: new Map(),
  })
  const pasted = reduceDocument(document, action)
  expect(pasted.groups?.[2]).toEqual({ ...group, x: 30, y: 40 })
})
