import { expect, test } from 'vitest'
import { setInput } from './set-input.ts'
import type { Workflow, WorkflowNode } from '../document/document.ts'
import { descriptions, describeType, input, output, workflow } from '../testing/descriptions.ts'

const story = {
  type: 'generation/generate',
  inputs: { prompt: 'Hi' },
  links: { model: ['model', 'model'] as [string, string], temperature: ['x', 'y'] as [string, string] },
}
const document = workflow({ story, 'v1.2': { type: 'text/text', inputs: { text: '' } } })

test('numbers are read as numbers, and a link on the input gives way [W33]', () => {
  expect(setInput(document, 'story.temperature', '0.7', descriptions).workflow?.nodes['story']).toEqual({
    type: 'generation/generate',
    inputs: { prompt: 'Hi', temperature: 0.7 },
    links: { model: ['model', 'model'] },
  })
})

test('text is taken as it is, even where it looks like a number [W34]', () => {
  expect(setInput(document, 'story.prompt', '42', descriptions).workflow?.nodes['story']?.inputs).toEqual({
    prompt: '42',
  })
})

test('ids may contain dots', () => {
  expect(setInput(document, 'v1.2.text', 'x', descriptions).workflow?.nodes['v1.2']?.inputs).toEqual({
    text: 'x',
  })
})

test('the document itself stays as it was [W38]', () => {
  setInput(document, 'story.prompt', 'changed', descriptions)
  expect(document.nodes['story']).toEqual(story)
})

test('an unknown node or input names the nearest, a wrong value says what is wrong [W36]', () => {
  const issueOf = (path: string, value: string): unknown =>
    setInput(document, path, value, descriptions).issues?.[0]
  expect(issueOf('stroy.prompt', 'x')).toEqual({
    code: 'unknown-node',
    message: 'Cannot set `stroy.prompt`: the workflow has no node `stroy`.',
    hint: 'Write node.input. Did you mean `story`?',
  })
  expect(issueOf('story', 'x')).toMatchObject({
    code: 'unknown-input',
    message: 'Cannot set `story`: it is a node, and none of its inputs is named.',
    hint: 'Write node.input, such as `story.model`.',
  })
  expect(issueOf('story.temprature', '1')).toMatchObject({
    code: 'unknown-input',
    hint: 'Did you mean `temperature`?',
  })
  expect(issueOf('story.temperature', '9')).toMatchObject({
    code: 'invalid-input',
    message: '`story.temperature` must be at most 2, is 9.',
  })
  expect(issueOf('story.temperature', 'hot')).toMatchObject({
    message: '`story.temperature` must be a number, is "hot".',
  })
})

const apiInput = describeType(
  'api/input',
  [input('name', 'text', { schema: { type: 'string' } }), input('value', 'any', { schema: {} })],
  [output('value', 'any')],
)
const called = (name: string, type?: string): WorkflowNode => ({
  type: 'api/input',
  inputs: { name, value: '', ...(type !== undefined && { type }) },
})
const greet = (from: string): WorkflowNode => ({ type: 'text/text', links: { text: [from, 'value'] } })

function set(nodes: Workflow['nodes'], path: string, value: string): ReturnType<typeof setInput> {
  return setInput(workflow(nodes), path, value, [...descriptions, apiInput])
}

test('an input is set by the name its callers give it, or by its node where it has none [W35]', () => {
  const nodes = { a: called('who'), b: called(''), c: greet('a') }
  expect(set(nodes, 'who', 'Ada').workflow?.nodes['a']?.inputs).toEqual({ name: 'who', value: 'Ada' })
  expect(set(nodes, 'b', 'Bob').workflow?.nodes['b']?.inputs).toEqual({ name: '', value: 'Bob' })
  expect(set({ 'x.y': called('first.name') }, 'first.name', 'Ada').workflow?.nodes['x.y']?.inputs).toEqual({
    name: 'first.name',
    value: 'Ada',
  })
})

/*
   a ──► c (text)     n ──► story.temperature
*/
test('what such an input is given is text where all it reaches takes text, or where it reads text itself', () => {
  const story: WorkflowNode = { type: 'generation/generate', links: { temperature: ['n', 'value'] } }
  const nodes = { a: called('who'), c: greet('a'), n: called('heat'), story, t: called('count', 'number') }
  const valueOf = (id: string, path: string, text: string): unknown =>
    set(nodes, path, text).workflow?.nodes[id]?.inputs?.['value']
  expect(['01069', '1e5', 'true', '"Quoted"', '[1]'].map((text) => valueOf('a', 'who', text))).toEqual([
    '01069',
    '1e5',
    'true',
    '"Quoted"',
    '[1]',
  ])
  expect(valueOf('n', 'heat', '0.7')).toBe(0.7)
  expect(valueOf('t', 'count', '7')).toBe('7')
})

test('a name that several inputs have, or one close to a name, is told [W36]', () => {
  const issueOf = (nodes: Workflow['nodes'], path: string): unknown => set(nodes, path, 'x').issues?.[0]
  expect(issueOf({ a: called('who'), b: called('who') }, 'who')).toMatchObject({
    code: 'invalid-input',
    message: 'Cannot set `who`: `a` and `b` both have an input of that name.',
  })
  expect(issueOf({ a: called('c.text'), c: greet('a') }, 'c.text')).toMatchObject({
    message: 'Cannot set `c.text`: `a` and `c` both have an input of that name.',
  })
  expect(issueOf({ a: called('who') }, 'whom')).toEqual({
    code: 'unknown-node',
    message: 'Cannot set `whom`: the workflow has no input `whom` and no node of that name.',
    hint: 'Write the name of an `api/input`, or node.input. Did you mean `who`?',
  })
  expect(issueOf({ a: called('who') }, 'colour')).toMatchObject({
    hint: 'Write the name of an `api/input`, or node.input. There is `who`.',
  })
})
