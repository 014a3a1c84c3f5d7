import type { InputDescription, NodeDescription, Workflow, WorkflowNode } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { findSources, type TypedSource } from './find-sources.ts'

const input = (name: string, more: Partial<InputDescription> = {}): InputDescription => ({
  name,
  title: name,
  description: '',
  type: 'text',
  required: false,
  ...more,
})

const type = (name: string, inputs: InputDescription[]): [string, NodeDescription] => [
  name,
  { type: name, version: 1, title: name, description: '', family: 'a', inputs, outputs: [] },
]

const types = new Map([
  type('rules', [
    input('grammar', { language: 'grammar' }),
    input('notation', { default: 'gbnf' }),
    input('start', { default: 'start' }),
  ]),
  type('pattern', [input('pattern', { language: 'regex' }), input('note')]),
  type('shape', [
    input('schema', { language: 'json-schema' }),
    input('closedObjects', { default: true }),
    input('propertyOrder', { default: 'schema' }),
  ]),
])

const sourcesOf = (nodes: Record<string, WorkflowNode>, more: Partial<Workflow> = {}): TypedSource[] =>
  findSources({ format: 'woolgather', version: 1, name: '', nodes, ...more }, types)

test('each language gives its source, with what the inputs beside it are set to', () => {
  expect(
    sourcesOf({
      a: { type: 'rules', inputs: { grammar: 'root ::= "x"' } },
      b: { type: 'rules', inputs: { grammar: 'begin: "x"', notation: 'lark', start: 'begin' } },
      c: { type: 'pattern', inputs: { pattern: 'x+', note: '(' } },
      d: {
        type: 'shape',
        inputs: { schema: '{"type":"object"}', closedObjects: false, propertyOrder: 'any' },
      },
    }),
  ).toEqual([
    { node: 'a', input: 'grammar', source: { kind: 'gbnf', text: 'root ::= "x"' } },
    { node: 'b', input: 'grammar', source: { kind: 'lark', text: 'begin: "x"', start: 'begin' } },
    { node: 'c', input: 'pattern', source: { kind: 'regex', pattern: 'x+' } },
    {
      node: 'd',
      input: 'schema',
      source: {
        kind: 'json-schema',
        schema: '{"type":"object"}',
        closedObjects: false,
        propertyOrder: 'any',
      },
    },
  ])
})

test('what is linked, muted, empty or no JSON yet is left to others', () => {
  expect(
    sourcesOf({
      a: { type: 'pattern', inputs: { pattern: '(' }, links: { pattern: ['x', 'text'] } },
      b: { type: 'rules', inputs: { grammar: '(' }, links: { notation: ['x', 'text'] } },
      c: { type: 'pattern', inputs: { pattern: '(' }, mode: 'mute' },
      d: { type: 'pattern', inputs: { pattern: '' } },
      e: { type: 'shape', inputs: { schema: '{"type":' } },
    }),
  ).toEqual([])
})

test('inside a subgraph they are found under its name', () => {
  const nodes = { a: { type: 'pattern', inputs: { pattern: 'x' } } }
  expect(sourcesOf({}, { subgraphs: { part: { name: 'Part', inputs: [], outputs: [], nodes } } })).toEqual([
    { node: 'subgraph/part/a', input: 'pattern', source: { kind: 'regex', pattern: 'x' } },
  ])
})
