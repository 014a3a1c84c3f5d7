import {
  validateWorkflow,
  type Link,
  type NodeDescription,
  type Workflow,
  type WorkflowNode,
} from '@woolgather/workflow'
import { describeTypes } from '@woolgather/workflow'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { extractNodes, pasteNodes } from './copy-nodes.ts'
import { findPlace, placesIn } from './find-place.ts'
import { applyAction, startHistory, undo } from './history.ts'
import { makeSubgraph } from './make-subgraph.ts'
import { existingPath, openInside, reduceIn } from './scope.ts'
import { unpackSubgraph } from './unpack-subgraph.ts'

const text = (name: string, more: object = {}) => ({
  name,
  title: name,
  description: '',
  type: 'text' as const,
  required: false,
  ...more,
})
const join: NodeDescription = {
  type: 'text/join',
  version: 1,
  title: 'Join',
  description: '',
  family: 'text',
  inputs: [text('a'), text('b'), text('all', { multiple: true })],
  outputs: [
    { name: 'text', type: 'text', description: '' },
    { name: 'length', type: 'integer', description: '' },
  ],
}
const types = new Map([[join.type, join]])

const workflow = (nodes: Record<string, WorkflowNode>): Workflow => ({
  format: 'woolgather',
  version: 1,
  name: 'Test',
  nodes,
})
const node = (links: Record<string, Link | Link[]> = {}, inputs = {}): WorkflowNode => ({
  type: 'text/join',
  inputs,
  links,
  view: { x: 0, y: 0 },
})

// first ─┬▶ second ─▶ third ─▶ last
//        └───────────────────▶ last
const chain = workflow({
  first: node({}, { a: 'one' }),
  second: node({ a: ['first', 'text'] }, { b: 'two' }),
  third: node({ a: ['second', 'text'] }),
  last: node({
    all: [
      ['third', 'text'],
      ['first', 'text'],
      ['third', 'length'],
    ],
  }),
})

function make(document: Workflow, ...ids: string[]): { document: Workflow; id: string } {
  const made = makeSubgraph(document, document, new Set(ids), types)
  if ('refused' in made) throw new Error(made.refused)
  return { document: reduceIn(document, made.action, undefined), id: made.id }
}

test('A subgraph has an input for what its nodes read and an output for what is read of them', () => {
  const { document, id } = make(chain, 'second', 'third')
  expect(id).toBe('subgraph')
  expect(document.nodes).toEqual({
    first: chain.nodes['first'],
    last: {
      ...chain.nodes['last'],
      links: {
        all: [
          ['subgraph', 'text'],
          ['first', 'text'],
          ['subgraph', 'length'],
        ],
      },
    },
    subgraph: { type: 'subgraph/subgraph', links: { a: ['first', 'text'] }, view: { x: 0, y: 0 } },
  })
  expect(document.subgraphs).toEqual({
    subgraph: {
      name: 'Subgraph',
      inputs: [{ name: 'a', type: 'text' }],
      outputs: [
        { name: 'text', type: 'text', from: ['third', 'text'] },
        { name: 'length', type: 'integer', from: ['third', 'length'] },
      ],
      nodes: {
        second: { ...chain.nodes['second'], links: { a: ['$in', 'a'] } },
        third: chain.nodes['third'],
      },
    },
  })
})

test('What stands between the nodes of a subgraph has to go in too', () => {
  const made = makeSubgraph(chain, chain, new Set(['first', 'third']), types)
  expect(made).toEqual({ refused: '“second” stands between the selected nodes: select it too' })
})

test('A loop goes into a subgraph whole, and copies of its end know the copy of its start', () => {
  const end: NodeDescription = {
    ...join,
    type: 'loop/end',
    zone: 'end',
    dynamicInputs: { kind: 'zone-slots', from: 'start' },
  }
  const all = new Map([...types, [end.type, end]])
  const loop = workflow({
    start: node(),
    end: { type: 'loop/end', inputs: { start: 'start' }, links: { a: ['start', 'text'] } },
  })
  expect(makeSubgraph(loop, loop, new Set(['end']), all)).toEqual({
    refused: 'A loop goes into a subgraph whole: select its start and its end',
  })
  const { action } = pasteNodes(loop, loop, { offset: { x: 0, y: 0 }, keepOuterLinks: false, types: all })
  const copied = reduceIn(loop, action, undefined)
  expect(copied.nodes['end-2']).toMatchObject({
    inputs: { start: 'start-2' },
    links: { a: ['start-2', 'text'] },
  })
})

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
const output = fc.constantFrom('text', 'length')
/** Nodes in alphabetical order that only read earlier ones: never a circle. */
const graphs = fc
  .array(
    fc.record({
      a: fc.option(fc.tuple(fc.nat(4), output)),
      all: fc.array(fc.tuple(fc.nat(4), output), { maxLength: 3 }),
      literal: fc.option(fc.string()),
    }),
    { minLength: 2, maxLength: 6 },
  )
  .map((drawn) => {
    const nodes = drawn.map(({ a, all, literal }, at): [string, WorkflowNode] => {
      const earlier = (index: number): string | undefined => (index < at ? letter(index) : undefined)
      const links: Record<string, Link | Link[]> = {}
      const first = a ? earlier(a[0]) : undefined
      if (a && first !== undefined) links['a'] = [first, a[1]]
      const several = all.flatMap(([index, port]): Link[] => {
        const source = earlier(index)
        return source === undefined ? [] : [[source, port]]
      })
      if (several.length > 0) links['all'] = several
      return [letter(at), node(links, literal === null ? {} : { b: literal })]
    })
    return workflow(Object.fromEntries(nodes))
  })
const letter = (at: number): string => String.fromCharCode(97 + at)

test('Unpacking what was made into a subgraph gives the graph there was', () => {
  let made = 0
  fc.assert(
    fc.property(graphs, fc.uniqueArray(name, { minLength: 1, maxLength: 4 }), (document, chosen) => {
      const result = makeSubgraph(document, document, new Set(chosen), types)
      if ('refused' in result) return
      made++
      const packed = reduceIn(document, result.action, undefined)
      expect(validateWorkflow(packed, types)).toEqual(validateWorkflow(document, types))
      const unpacked = unpackSubgraph(packed, packed, result.id, describeTypes(packed, types))
      const again = reduceIn(packed, unpacked!.action, undefined)
      expect(logicOf(again)).toEqual(logicOf(document))
      expect(again.subgraphs).toBeUndefined()
    }),
    { seed: 7, numRuns: 150 },
  )
  expect(made).toBeGreaterThan(50)
})

function logicOf({ nodes }: Workflow) {
  return Object.fromEntries(
    Object.entries(nodes).map(([id, { inputs = {}, links = {} }]) => [id, { inputs, links }]),
  )
}

test('Inside, the border is two nodes, and what is linked there is what the subgraph takes and gives', () => {
  const { document } = make(chain, 'second', 'third')
  const inside = openInside(document, 'subgraph')
  expect(Object.keys(inside.nodes)).toEqual(['$in', 'second', 'third', '$out'])
  expect(inside.nodes['$out']?.links).toEqual({ text: ['third', 'text'], length: ['third', 'length'] })
  const edited = reduceIn(
    document,
    {
      type: 'batch',
      actions: [
        { type: 'link.add', node: '$out', input: 'text', from: ['second', 'text'], append: false },
        { type: 'link.remove', node: '$out', input: 'length', from: ['third', 'length'] },
        { type: 'subgraph.addInput', id: 'subgraph', name: 'more', port: 'text' },
        { type: 'link.add', node: 'third', input: 'b', from: ['$in', 'more'], append: false },
        { type: 'nodes.move', positions: { $in: { x: -500, y: 3 } } },
      ],
    },
    'subgraph',
  )
  expect(edited.subgraphs?.['subgraph']).toMatchObject({
    inputs: [{ name: 'a' }, { name: 'more' }],
    outputs: [{ name: 'text', type: 'text', from: ['second', 'text'] }],
    nodes: { third: { links: { b: ['$in', 'more'] } } },
    view: { inputs: { x: -500, y: 3 } },
  })
  expect(Object.keys(edited.nodes)).toEqual(Object.keys(document.nodes))
})

test('A renamed input or output is followed inside and at every use; a removed one takes its links along', () => {
  const { document } = make(chain, 'second', 'third')
  const renamed = [
    { type: 'subgraph.renamePort', id: 'subgraph', side: 'inputs', name: 'a', to: 'topic' },
    { type: 'subgraph.renamePort', id: 'subgraph', side: 'outputs', name: 'text', to: 'story' },
    { type: 'subgraph.removePort', id: 'subgraph', side: 'outputs', name: 'length' },
  ] as const
  const after = renamed.reduce((so, action) => reduceIn(so, action, 'subgraph'), document)
  expect(after.nodes['subgraph']?.links).toEqual({ topic: ['first', 'text'] })
  expect(after.nodes['last']?.links).toEqual({
    all: [
      ['subgraph', 'story'],
      ['first', 'text'],
    ],
  })
  expect(after.subgraphs?.['subgraph']?.nodes['second']?.links).toEqual({ a: ['$in', 'topic'] })
  expect(validateWorkflow(after, types)).toEqual([])
})

test('Copies bring their subgraphs along; one of another content gets a name of its own', () => {
  const { document } = make(chain, 'second', 'third')
  const copied = extractNodes(document, new Set(['subgraph']))
  const other = { ...chain, subgraphs: { subgraph: { name: 'Another', inputs: [], outputs: [], nodes: {} } } }
  const options = { offset: { x: 0, y: 0 }, keepOuterLinks: false, types }
  const pasted = reduceIn(other, pasteNodes(other, copied, options).action, undefined)
  expect(pasted.nodes['subgraph']?.type).toBe('subgraph/subgraph-2')
  expect(pasted.subgraphs?.['subgraph-2']).toEqual(document.subgraphs?.['subgraph'])
  const again = reduceIn(document, pasteNodes(document, copied, options).action, undefined)
  expect(again.nodes['subgraph-2']?.type).toBe('subgraph/subgraph')
  expect(Object.keys(again.subgraphs ?? {})).toEqual(['subgraph'])
})

test('A copy keeps several links into one input, in their order', () => {
  const copied = extractNodes(chain, new Set(['third', 'last']))
  const options = { offset: { x: 0, y: 0 }, keepOuterLinks: true, types }
  const pasted = reduceIn(chain, pasteNodes(chain, copied, options).action, undefined)
  expect(pasted.nodes['last-2']?.links).toEqual({
    all: [
      ['third-2', 'text'],
      ['first', 'text'],
      ['third-2', 'length'],
    ],
  })
})

test('Undo crosses the border, and leads out of a subgraph that it takes away', () => {
  const made = makeSubgraph(chain, chain, new Set(['second']), types)
  if ('refused' in made) throw new Error(made.refused)
  const packed = applyAction(startHistory(chain), made.action, 0)
  const set = { type: 'input.set', node: 'second', input: 'b', value: 'three' } as const
  const edited = applyAction(packed, set, 5000, ['subgraph'])
  expect(edited.present.subgraphs?.['subgraph']?.nodes['second']?.inputs).toEqual({ b: 'three' })
  expect(undo(edited).present).toEqual(packed.present)
  expect(existingPath(undo(undo(edited)).present, ['subgraph'])).toEqual([])
})

test('A node is found where an issue names it, and in every place its subgraph is used', () => {
  const { document } = make(chain, 'second')
  expect(findPlace(document, 'subgraph/subgraph/second')).toMatchObject({ id: 'second', path: ['subgraph'] })
  expect(placesIn(document).map(({ id, path }) => [...path, id].join('/'))).toEqual([
    'first',
    'third',
    'last',
    'subgraph',
    'subgraph/second',
  ])
})

test('What was typed where an input is made goes out to every use, comes back with the last one, and by unpacking', () => {
  const inner = workflow({
    one: { type: 'subgraph/s', view: { x: 0, y: 0 } },
    two: { type: 'subgraph/s', view: { x: 0, y: 9 } },
    reader: node({ a: ['one', 'through'] }),
  })
  const before: Workflow = {
    ...inner,
    subgraphs: {
      s: { name: 'S', inputs: [], outputs: [], nodes: { word: node({}, { a: 'typed', b: 'stays' }) } },
      outer: { name: 'O', inputs: [], outputs: [], nodes: { deep: { type: 'subgraph/s' } } },
    },
  }
  const made = [
    { type: 'subgraph.addInput' as const, id: 's', name: 'a', port: 'text' as const, value: 'typed' },
    { type: 'link.add' as const, node: 'word', input: 'a', from: ['$in', 'a'] as Link, append: false },
    {
      type: 'subgraph.addOutput' as const,
      id: 's',
      name: 'through',
      port: 'text' as const,
      from: ['$in', 'a'] as Link,
    },
  ].reduce((document, action) => reduceIn(document, action, 's'), before)
  expect(made.nodes['one']?.inputs).toEqual({ a: 'typed' })
  expect(made.nodes['two']?.inputs).toEqual({ a: 'typed' })
  expect(made.subgraphs?.['outer']?.nodes['deep']?.inputs).toEqual({ a: 'typed' })
  expect(made.subgraphs?.['s']?.nodes['word']?.inputs).toEqual({ b: 'stays' })

  const { action } = unpackSubgraph(made, made, 'one', types)!
  const unpacked = reduceIn(made, action, undefined)
  expect(unpacked.nodes['word']?.inputs).toEqual({ a: 'typed', b: 'stays' })
  expect(unpacked.nodes['reader']).toMatchObject({ inputs: { a: 'typed' } })

  const removed = reduceIn(made, { type: 'subgraph.removePort', id: 's', side: 'inputs', name: 'a' }, 's')
  expect(removed.subgraphs?.['s']?.nodes['word']?.inputs).toEqual({ a: 'typed', b: 'stays' })
  expect(removed.nodes['one']?.inputs).toEqual({})
})
