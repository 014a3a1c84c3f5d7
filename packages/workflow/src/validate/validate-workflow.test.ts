import { expect, test } from 'vitest'
import type { WorkflowNode } from '../document/document.ts'
import { descriptions, workflow } from '../testing/descriptions.ts'
import { validateWorkflow } from './validate-workflow.ts'

function issuesOf(nodes: Record<string, WorkflowNode>, rest = {}): ReturnType<typeof validateWorkflow> {
  return validateWorkflow(workflow(nodes, rest), descriptions)
}

const model: WorkflowNode = { type: 'loading/model', inputs: { file: 'm.gguf' } }
const generate: WorkflowNode = {
  type: 'generation/generate',
  inputs: { prompt: 'Hi' },
  links: { model: ['model', 'model'] },
}

test('a sound workflow has no issues', () => {
  // model ── story ── show
  expect(
    issuesOf({
      model,
      story: generate,
      show: { type: 'output/preview', links: { value: ['story', 'text'] } },
    }),
  ).toEqual([])
})

test('an unknown node type names the nearest [W9]', () => {
  expect(issuesOf({ a: { type: 'generation/generat' } })).toEqual([
    {
      code: 'unknown-node-type',
      message: '`a` is of type `generation/generat`, which is not installed.',
      node: 'a',
      hint: 'Did you mean `generation/generate`?',
    },
  ])
})

test('a literal out of range, of the wrong type or not among the choices says so in plain words [W11]', () => {
  const inputs = { prompt: 3, temperature: 2.5, maxTokens: 1.5, format: 'html' }
  expect(issuesOf({ model, story: { ...generate, inputs } }).map((issue) => issue.message)).toEqual([
    '`story.prompt` must be text, is 3.',
    '`story.temperature` must be at most 2, is 2.5.',
    '`story.maxTokens` must be a whole number, is 1.5.',
    '`story.format` must be "plain" or "chat", is "html".',
  ])
})

test('a missing input, an unknown input and a value beside a link are all told at once [W12]', () => {
  const story: WorkflowNode = {
    type: 'generation/generate',
    inputs: { prompt: 'Hi', temprature: 1 },
    links: { prompt: ['words', 'text'] },
  }
  expect(issuesOf({ words: { type: 'text/text', inputs: { text: 'x' } }, story })).toEqual([
    {
      code: 'input-and-link',
      message: '`story.prompt` has both a value and a link.',
      node: 'story',
      input: 'prompt',
      hint: 'Remove one of them.',
    },
    {
      code: 'unknown-input',
      message: '`story` (generation/generate) has no input `temprature`.',
      node: 'story',
      input: 'temprature',
      hint: 'Did you mean `temperature`?',
    },
    {
      code: 'missing-input',
      message: '`story.model` is needed and has no link.',
      node: 'story',
      input: 'model',
      hint: 'Link an output of type model.',
    },
  ])
})

test('a link to a node or an output that does not exist names what there is [W13]', () => {
  const story = {
    ...generate,
    links: { model: ['model', 'file'], prompt: ['nobody', 'text'] },
  } as WorkflowNode
  delete story.inputs
  expect(issuesOf({ model, story }).map(({ code, hint }) => ({ code, hint }))).toEqual([
    { code: 'unknown-output', hint: 'There is `model`.' },
    { code: 'unknown-node', hint: 'There are `model`, `story`.' },
  ])
})

test('a link of the wrong type says both types [W14]', () => {
  const show: WorkflowNode = { ...generate, links: { model: ['words', 'text'] } }
  expect(issuesOf({ words: { type: 'text/text', inputs: { text: 'x' } }, show })).toEqual([
    {
      code: 'type-mismatch',
      message: '`show.model` takes model, but `words.text` gives text.',
      node: 'show',
      input: 'model',
      hint: 'Link an output of type model, or put a node in between that turns text into model.',
    },
  ])
})

test('integers go where numbers go and numbers where text goes, and nothing else converts [W15]', () => {
  const number: WorkflowNode = {
    ...generate,
    links: { model: ['model', 'model'], prompt: ['story', 'tokens'] },
  }
  delete number.inputs
  expect(issuesOf({ model, story: generate, number })).toEqual([])
  const back: WorkflowNode = {
    ...generate,
    links: { model: ['model', 'model'], temperature: ['story', 'text'] },
  }
  expect(issuesOf({ model, story: generate, back }).map((issue) => issue.code)).toEqual(['type-mismatch'])
})

test('a cycle names its nodes in order [W16]', () => {
  // a ──▶ b ──▶ c ──▶ a
  const join = (from: string): WorkflowNode => ({ type: 'text/join', links: { parts: [[from, 'text']] } })
  expect(issuesOf({ a: join('c'), b: join('a'), c: join('b') })).toEqual([
    {
      code: 'cycle',
      message: 'These nodes wait for each other: `a` → `b` → `c` → `a`.',
      node: 'a',
      hint: 'Remove one of the links, or repeat them with loopback/start and loopback/end.',
    },
  ])
})

test('each {{name}} of a template is an input that needs a value [W17]', () => {
  const page: WorkflowNode = {
    type: 'text/template',
    inputs: { template: 'Dear {{name}}, {{ greeting }}!', name: 'Ann' },
  }
  expect(issuesOf({ page }).map((issue) => issue.message)).toEqual([
    '`page.greeting` is needed and has no link.',
  ])
})

test('a node of a newer version than is installed is refused [W10]', () => {
  expect(issuesOf({ model: { ...model, version: 2 } }).map((issue) => issue.code)).toEqual([
    'unknown-node-version',
  ])
})

test('a muted node, and what needs it, may be as wrong as it likes [W20]', () => {
  const off: WorkflowNode = { type: 'nobody/knows', mode: 'mute' }
  const wrong: WorkflowNode = { type: 'text/join', inputs: { no: 1 }, links: { parts: [['off', 'text']] } }
  const behind: WorkflowNode = { type: 'nobody/knows/either', links: { any: ['wrong', 'text'] } }
  expect(issuesOf({ off })).toEqual([])
  expect(issuesOf({ off, wrong, behind })).toEqual([])
  expect(issuesOf({ off, wrong: { ...wrong, links: {} } }).map(({ node }) => node)).toContain('wrong')
  expect(issuesOf({ start, more, end: { ...end, mode: 'mute' } })).toEqual([])
})

const start: WorkflowNode = {
  type: 'loopback/start',
  inputs: { slots: { story: 'text' }, maximum: 3, story: 'Once' },
}
const end: WorkflowNode = {
  type: 'loopback/end',
  inputs: { start: 'start' },
  links: { story: ['more', 'text'] },
}
const more: WorkflowNode = { type: 'text/join', links: { parts: [['start', 'story']] } }

test('a loop is sound where everything leaves through its end [W21]', () => {
  // start ── more ── end ── show
  const show: WorkflowNode = { type: 'output/preview', links: { value: ['end', 'history.story'] } }
  expect(issuesOf({ start, more, end, show })).toEqual([])
})

test('a link that leaves the body of a loop other than through its end names both sides [W22]', () => {
  // start ── more ── end
  //            └──── show
  const show: WorkflowNode = { type: 'output/preview', links: { value: ['more', 'text'] } }
  expect(issuesOf({ start, more, end, show })).toEqual([
    {
      code: 'invalid-zone',
      message:
        'The link from `more` to `show` leaves the loop from `start` to `end` other than through `end`.',
      node: 'show',
      hint: 'Give the loop a slot for it and link `show` from `end`; `history.<slot>` has every iteration.',
    },
  ])
})

test('an end without a start and a start without an end are both told [W21]', () => {
  expect(issuesOf({ start }).map((issue) => issue.code)).toEqual(['invalid-zone'])
  const lost: WorkflowNode = { type: 'loopback/end', inputs: { start: 'nowhere' } }
  expect(issuesOf({ lost }).map(({ code, input }) => ({ code, input }))).toEqual([
    { code: 'invalid-zone', input: 'start' },
  ])
})

test('a loop without a maximum is refused [W23]', () => {
  const endless: WorkflowNode = {
    type: 'loopback/start',
    inputs: { slots: { story: 'text' }, story: 'Once' },
  }
  expect(issuesOf({ start: endless, more, end }).map(({ code, input }) => ({ code, input }))).toEqual([
    { code: 'missing-input', input: 'maximum' },
  ])
})

test('an axis made in each iteration anew must be collected before the end [W24]', () => {
  // start ── each ── more ── end
  const each: WorkflowNode = { type: 'matrix/each', links: { list: ['start', 'items'] } }
  const nodes = {
    start: {
      type: 'loopback/start',
      inputs: { slots: { items: 'list', story: 'text' }, maximum: 3, items: ['a'], story: '' },
    },
    each,
    more: { type: 'text/join', links: { parts: [['each', 'value']] } } as WorkflowNode,
    end: {
      type: 'loopback/end',
      inputs: { start: 'start' },
      links: { story: ['more', 'text'], items: ['start', 'items'] },
    } as WorkflowNode,
  }
  expect(issuesOf(nodes).map((issue) => issue.message)).toEqual([
    'The axis of `each` is made in each iteration anew and reaches the end `end` uncollected.',
  ])
})

const twice = {
  name: 'Twice',
  inputs: [{ name: 'words', type: 'text' }],
  outputs: [{ name: 'text', type: 'text', from: ['both', 'text'] as [string, string] }],
  nodes: {
    both: {
      type: 'text/join',
      links: {
        parts: [
          ['$in', 'words'],
          ['$in', 'words'],
        ] as [string, string][],
      },
    },
  },
}

test('a subgraph is used as a node, with its own inputs and outputs checked [W26]', () => {
  const use: WorkflowNode = { type: 'subgraph/twice', inputs: { words: 'ha' } }
  const show: WorkflowNode = { type: 'output/preview', links: { value: ['use', 'text'] } }
  expect(issuesOf({ use, show }, { subgraphs: { twice } })).toEqual([])
  expect(
    issuesOf({ use: { type: 'subgraph/twice' } }, { subgraphs: { twice } }).map((issue) => issue.code),
  ).toEqual(['missing-input'])
  expect(
    issuesOf({ use: { type: 'subgraph/thrice' } }, { subgraphs: { twice } }).map((issue) => issue.hint),
  ).toEqual(['Did you mean `subgraph/twice`?'])
})

test('a subgraph that contains itself is refused by name [W27]', () => {
  const a = { ...twice, nodes: { ...twice.nodes, b: { type: 'subgraph/b', inputs: { words: 'x' } } } }
  const b = { ...twice, nodes: { ...twice.nodes, a: { type: 'subgraph/a', inputs: { words: 'x' } } } }
  expect(issuesOf({}, { subgraphs: { a, b } }).map((issue) => issue.message)).toEqual([
    'A subgraph contains itself: `a` → `b` → `a`.',
  ])
})

test('subgraphs that multiply beyond the limit are counted, not laid out [W28]', () => {
  const subgraphs: Record<string, typeof twice> = { s0: twice }
  for (let i = 1; i < 40; i++) {
    const inner = { type: `subgraph/s${i - 1}`, inputs: { words: 'x' } }
    subgraphs[`s${i}`] = {
      ...twice,
      nodes: { ...twice.nodes, left: inner, right: inner } as unknown as typeof twice.nodes,
    }
  }
  const issues = issuesOf({ use: { type: 'subgraph/s39', inputs: { words: 'x' } } }, { subgraphs })
  expect(issues.map((issue) => issue.message)).toEqual([
    expect.stringMatching(/^With every subgraph laid out .* at most 100000 are run\.$/),
  ])
})

test('a chain of 20,000 nodes and a cycle of 20,000 are checked without running out of stack [W32]', () => {
  const nodes: Record<string, WorkflowNode> = { n0: { type: 'text/text', inputs: { text: 'x' } } }
  for (let i = 1; i < 20_000; i++)
    nodes[`n${i}`] = { type: 'text/join', links: { parts: [[`n${i - 1}`, 'text']] } }
  expect(issuesOf(nodes)).toEqual([])
  nodes['n0'] = { type: 'text/join', links: { parts: [['n19999', 'text']] } }
  expect(issuesOf(nodes).map((issue) => issue.code)).toEqual(['cycle'])
})
