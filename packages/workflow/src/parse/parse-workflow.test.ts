import fc from 'fast-check'
import { expect, test } from 'vitest'
import { documentLimits } from '../document/document.ts'
import { parseWorkflow } from './parse-workflow.ts'

const minimal = {
  format: 'woolgather',
  version: 1,
  name: 'w',
  nodes: { a: { type: 'text/text', inputs: { text: 'x' } } },
}

function codes(input: unknown): string[] {
  return (parseWorkflow(input).issues ?? []).map((issue) => issue.code)
}

test('a saved workflow is read from text and from parsed JSON alike [W1]', () => {
  expect(parseWorkflow(JSON.stringify(minimal))).toEqual({ workflow: minimal })
  expect(parseWorkflow(minimal)).toEqual({ workflow: minimal })
  expect(parseWorkflow(`\uFEFF${JSON.stringify(minimal)}`)).toEqual({ workflow: minimal })
})

test('text that is no JSON says so, with what to do [W2]', () => {
  const [issue] = parseWorkflow('{"format": "woolgather", ').issues ?? []
  expect(issue).toMatchObject({ code: 'invalid-json', hint: expect.stringContaining('complete') as string })
})

test('JSON that is something else says what a workflow begins with [W2]', () => {
  for (const value of [null, [], 3, {}, { format: 'comfy' }])
    expect(codes(value)).toEqual(['invalid-workflow'])
})

test('a newer version of the format asks for an update [W3]', () => {
  expect(parseWorkflow({ ...minimal, version: 9 }).issues).toEqual([
    {
      code: 'unsupported-version',
      message: 'The workflow has version 9; version 1 is understood.',
      hint: 'It was made by a newer Woolgather: update this one.',
    },
  ])
})

test('every problem of shape is reported, each with its node and input [W4]', () => {
  const issues = parseWorkflow({
    ...minimal,
    nodes: { a: { type: 3 }, b: { type: 't', links: { text: ['a'] } }, c: { type: 't', colour: 'red' } },
  }).issues
  expect(issues?.map(({ code, node, input }) => ({ code, node, input }))).toEqual([
    { code: 'invalid-workflow', node: 'a', input: undefined },
    { code: 'invalid-workflow', node: 'b', input: 'text' },
    { code: 'invalid-workflow', node: 'c', input: undefined },
  ])
  expect(issues?.[2]?.hint).toBe('Remove `colour`, or check the spelling.')
})

test('a file larger than the limit is refused before it is parsed [W5]', () => {
  expect(codes(' '.repeat(documentLimits.bytes + 1))).toEqual(['file-too-large'])
})

test('nesting beyond the limit is refused whether text or value, without running out of stack [W5]', () => {
  const deep = `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`
  expect(codes(deep)).toEqual(['invalid-workflow'])
  let value: unknown = 1
  for (let i = 0; i < 100_000; i++) value = [value]
  expect(codes({ ...minimal, nodes: { a: { type: 't', inputs: { text: value } } } })).toEqual([
    'invalid-workflow',
  ])
})

test('brackets inside strings do not count as nesting [W5]', () => {
  const text = '['.repeat(500) + '\\"['
  expect(parseWorkflow(JSON.stringify({ ...minimal, name: text.slice(0, 200) })).issues).toBeUndefined()
})

test('names that would reach into every object of the process are refused [W6]', () => {
  const text = '{"format":"woolgather","version":1,"name":"w","nodes":{"__proto__":{"type":"text/text"}}}'
  expect(parseWorkflow(text).issues).toEqual([
    {
      code: 'invalid-workflow',
      message: 'A node cannot be called `__proto__`: the name is reserved.',
      node: '__proto__',
      hint: 'Use letters, digits, `-`, `_` or spaces.',
    },
  ])
  expect(
    codes(
      '{"format":"woolgather","version":1,"name":"w","nodes":{"a":{"type":"t","inputs":{"__proto__":1}}}}',
    ),
  ).toEqual(['invalid-workflow'])
  expect(({} as Record<string, unknown>)['type']).toBeUndefined()
})

test('ids that paths give a meaning to are refused [W6]', () => {
  for (const id of ['a/b', '$in'])
    expect(codes({ ...minimal, nodes: { [id]: { type: 't' } } })).toEqual(['invalid-workflow'])
})

test('nodes called like members of every object are nodes like any other [W7]', () => {
  const nodes = { constructor: { type: 't' }, toString: { type: 't' } }
  expect(parseWorkflow({ ...minimal, nodes })).toEqual({ workflow: { ...minimal, nodes } })
})

test('1,000 corruptions of a workflow file give a workflow or issues, never an exception [W8]', () => {
  const text = JSON.stringify(minimal)
  fc.assert(
    fc.property(
      fc.nat(text.length - 1),
      fc.string({ minLength: 0, maxLength: 4 }),
      fc.nat(8),
      (at, insert, cut) => {
        const parsed = parseWorkflow(text.slice(0, at) + insert + text.slice(at + cut))
        expect(parsed.workflow !== undefined || (parsed.issues?.length ?? 0) > 0).toBe(true)
        for (const issue of parsed.issues ?? []) expect(issue.message.length).toBeGreaterThan(10)
      },
    ),
    { numRuns: 1000 },
  )
})

test('any JSON value gives a workflow or issues [W8]', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(parseWorkflow(value).issues?.length).toBeGreaterThan(0)
    }),
    { numRuns: 300 },
  )
})

test('a schema whose order objects would lose becomes text, in nodes and subgraphs; nothing else changes [W51]', () => {
  const nodes = (inputs: string): string => `{ "a": { "type": "steering/json-schema", "inputs": ${inputs} } }`
  const document = (inputs: string): string =>
    `{ "format": "woolgather", "version": 1, "name": "x", "nodes": ${nodes(inputs)},
       "subgraphs": { "s": { "name": "s", "inputs": [], "outputs": [], "nodes": ${nodes(inputs)} } } }`
  const read = (inputs: string): unknown[] => {
    const { workflow } = parseWorkflow(document(inputs))
    return [workflow?.nodes['a']?.inputs, workflow?.subgraphs?.['s']?.nodes['a']?.inputs]
  }
  const schema =
    '{ "items": { "properties": { "b": true, "10": true, "2": { "const": { "x": 1, "0": 2 } } } } }'
  for (const inputs of read(`{ "schema": ${schema}, "other": { "b": 1, "1": 2 } }`)) {
    const { schema: kept, other } = inputs as { schema: string; other: object }
    expect(kept.replaceAll(/\s/g, '')).toBe(schema.replaceAll(/\s/g, ''))
    expect(other).toEqual({ 1: 2, b: 1 })
  }
  const known = '{ "schema": { "properties": { "1": true, "2": true, "b": true } } }'
  expect(read(known)).toEqual([JSON.parse(known), JSON.parse(known)])
})
