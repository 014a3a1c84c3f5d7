import { expect, test } from 'vitest'
import { documentLimits, type Link, type WorkflowNode } from './document.ts'
import { nearest } from '../issues/nearest.ts'
import { parseWorkflow } from '../parse/parse-workflow.ts'
import { planWorkflow } from '../plan/plan-workflow.ts'
import { descriptions, workflow } from '../testing/descriptions.ts'
import { validateWorkflow } from '../validate/validate-workflow.ts'

function many<Value>(n: number, make: (i: number) => [string, Value]): Record<string, Value> {
  return Object.fromEntries(Array.from({ length: n }, (_, i) => make(i)))
}

const text = (): WorkflowNode => ({ type: 'text/text', inputs: { text: 'x' } })

test('of ninety thousand nodes that are none a hundred are told, and how many were not [W29]', () => {
  const { issues = [] } = parseWorkflow(JSON.stringify(workflow(many(90_000, (i) => [`k${i}`, 1 as never]))))
  expect(issues).toHaveLength(101)
  expect(issues.at(-1)).toMatchObject({ code: 'too-many-issues', more: 89_900 })
  expect(JSON.stringify(issues).length).toBeLessThan(50_000)
})

test.each([
  ['links', workflow({ a: { type: 't', links: { a: Array.from({ length: 5000 }, () => 1) as never } } })],
  ['groups', workflow({}, { groups: Array.from({ length: 5000 }, () => 1) as never })],
  ['subgraphs', workflow({}, { subgraphs: many(900, (i) => [`g${i}`, 1 as never]) })],
  [
    'inner nodes',
    workflow(
      {},
      {
        subgraphs: {
          g: { name: 'g', inputs: [], outputs: [], nodes: many(5000, (i) => [`n${i}`, 1 as never]) },
        },
      },
    ),
  ],
  ['unknown keys', { ...workflow({}), ...many(90_000, (i) => [`k${i}`.repeat(20), 1]) }],
  [
    'unknown keys of one node',
    workflow({ a: { ...text(), ...many(90_000, (i) => [`k${i}`.repeat(20), 1]) } }),
  ],
  ['names that are texts', workflow(many(200, (i) => [`${i}${'x'.repeat(50_000)}`, text()]))],
  ['names that are reserved', workflow(many(5000, (i) => [`$${i}`, text()]))],
] as [string, object][])('an answer stays short, however many %s are wrong', (_, document) => {
  const { issues = [] } = parseWorkflow(JSON.stringify(document))
  expect(issues.length).toBeGreaterThan(0)
  expect(issues.length).toBeLessThanOrEqual(101)
  expect(JSON.stringify(issues).length).toBeLessThan(100_000)
})

test('ten megabytes of unknown keys are refused before they are parsed [W5]', () => {
  const keys = Array.from({ length: 1_000_000 }, (_, i) => `"k${i}":1`).join(',')
  expect(parseWorkflow(`{"format":"woolgather","version":1,"name":"","nodes":{},${keys}}`).issues).toEqual([
    expect.objectContaining({ code: 'invalid-workflow', message: expect.stringContaining('100000 keys') }),
  ])
})

test('validation tells the first hundred issues, the others as a number, and looks for twenty names [W29]', () => {
  const nodes = many(500, (i): [string, WorkflowNode] => [
    `n${i}`,
    { type: 'output/preview', links: { value: [`m${i}`, 'text'] as Link } },
  ])
  const issues = validateWorkflow(workflow(nodes), descriptions)
  expect(issues).toHaveLength(101)
  expect(issues.at(-1)).toMatchObject({ code: 'too-many-issues', more: 400 })
  expect(issues.slice(0, 100).filter((issue) => issue.hint !== undefined)).toHaveLength(20)
  expect(validateWorkflow(workflow(nodes), descriptions, { most: Infinity })).toHaveLength(500)
})

test('inputs that are missing are counted without being told one by one', () => {
  const template = Array.from({ length: 1000 }, (_, i) => `{{p${i}}}`).join('')
  const issues = validateWorkflow(
    workflow({ p: { type: 'text/template', inputs: { template, p7: 'x' } } }),
    descriptions,
  )
  expect(issues.slice(0, 100).every(({ code }) => code === 'missing-input')).toBe(true)
  expect(issues.at(-1)).toMatchObject({ more: 899 })
})

test('a name is found among a hundred thousand that are nearly right', () => {
  const long = 'abcdefghijklmnopqrstuvwxyz'.repeat(3)
  const names = Array.from({ length: 100_000 }, (_, i) => `${i}${long}`)
  expect(nearest(`7${long}?`, names)[0]).toBe(`7${long}`)
  expect(nearest('temprature', ['prompt', 'temperature', 'seed'])).toEqual(['temperature'])
  expect(nearest('abcd', ['dcba', 'abce', 'abcf', 'abxd', 'abcd2'])).toEqual(['abce', 'abcf', 'abxd'])
  expect(nearest('generate', ['loading/model', 'generation/generate'])).toEqual(['generation/generate'])
})

const outputs = (n: number): { name: string; type: string; from: [string, string] }[] =>
  Array.from({ length: n }, (_, i) => ({ name: `o${i}`, type: 'text', from: ['t', 'text'] }))

test.each([
  [
    '4000000 outputs of subgraphs',
    workflow(
      many(2000, (i) => [`u${i}`, { type: 'subgraph/g' }]),
      {
        subgraphs: { g: { name: 'g', inputs: [], outputs: outputs(2000), nodes: { t: text() } } },
      },
    ),
  ],
  [
    '2000000 links',
    workflow(
      many(1000, (i) => [`u${i}`, { type: 'subgraph/g' }]),
      {
        subgraphs: {
          g: {
            name: 'g',
            inputs: [],
            outputs: [],
            nodes: {
              t: text(),
              j: { type: 'text/join', links: { parts: Array.from({ length: 2000 }, () => ['t', 'text']) } },
            },
          },
        },
      },
    ),
  ],
  [
    'characters of paths',
    workflow(
      { u: { type: 'subgraph/g0' } },
      {
        subgraphs: many(1000, (i) => [
          `g${i}`,
          {
            name: 'g',
            inputs: [],
            outputs: [],
            nodes: {
              ['x'.repeat(190)]: { type: i === 999 ? 'text/text' : `subgraph/g${i + 1}` },
              ...many(50, (k) => [`t${k}`, text()]),
            },
          },
        ]),
      },
    ),
  ],
])('%s are too many: planning refuses with the number before it lays anything out', (number, document) => {
  const refusal = [expect.objectContaining({ message: expect.stringContaining(number) })]
  expect(planWorkflow(document, descriptions).issues).toEqual(refusal)
  expect(validateWorkflow(document, descriptions, { targets: ['u0'] })).toEqual(refusal)
})

function loops(depth: number): Record<string, WorkflowNode> {
  const slots = { slots: { a: 'text' }, maximum: 1 }
  return {
    t: text(),
    ...many(depth, (i): [string, WorkflowNode] => [
      `s${i}`,
      { type: 'loopback/start', inputs: slots, links: { a: i === 0 ? ['t', 'text'] : [`s${i - 1}`, 'a'] } },
    ]),
    ...many(depth, (i): [string, WorkflowNode] => [
      `e${i}`,
      {
        type: 'loopback/end',
        inputs: { start: `s${i}` },
        links: { a: i === depth - 1 ? [`s${i}`, 'a'] : [`e${i + 1}`, 'a'] },
      },
    ]),
  }
}

test('loops nest 32 deep and no deeper, which is said at the node where it is too much [W25]', () => {
  expect(validateWorkflow(workflow(loops(documentLimits.loopDepth)), descriptions)).toEqual([])
  expect(validateWorkflow(workflow(loops(4000)), descriptions)).toEqual([
    expect.objectContaining({ code: 'invalid-zone', node: 's32' }),
  ])
  expect(planWorkflow(workflow(loops(4000)), descriptions).issues).toHaveLength(1)
})

test('loops in a row are not within each other [W25]', () => {
  const row: Record<string, WorkflowNode> = { t: text() }
  for (let i = 0; i < 200; i++) {
    row[`s${i}`] = {
      type: 'loopback/start',
      inputs: { slots: { a: 'text' }, maximum: 1 },
      links: { a: i === 0 ? ['t', 'text'] : [`e${i - 1}`, 'a'] },
    }
    row[`e${i}`] = { type: 'loopback/end', inputs: { start: `s${i}` }, links: { a: [`s${i}`, 'a'] } }
  }
  expect(validateWorkflow(workflow(row), descriptions)).toEqual([])
})

test('more than 256 axes do not cross in one node [W31]', () => {
  const axes = many(300, (i): [string, WorkflowNode] => [
    `a${i}`,
    { type: 'matrix/each', links: { list: ['t', 'text'] } },
  ])
  const parts = Object.keys(axes).map((id): Link => [id, 'value'])
  expect(
    planWorkflow(workflow({ t: text(), ...axes, j: { type: 'text/join', links: { parts } } }), descriptions)
      .issues,
  ).toEqual([expect.objectContaining({ code: 'too-many-cells', node: 'j' })])
})

test('a hint stays short, however long the names to choose from are', () => {
  const slots = many(12, (i): [string, string] => [`${i}${'x'.repeat(100_000)}`, 'text'])
  const start: WorkflowNode = { type: 'loopback/start', inputs: { slots, maximum: 1 } }
  const issues = validateWorkflow(
    workflow({ s: start, p: { type: 'output/preview', links: { value: ['s', 'y'] } } }),
    descriptions,
  )
  const hint = issues.find(({ code }) => code === 'unknown-output')?.hint ?? ''
  expect(hint).toContain('index')
  expect(hint.length).toBeLessThan(5_000)
})
