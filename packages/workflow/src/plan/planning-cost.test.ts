import { expect, test } from 'vitest'
import { describeTypes } from '../types/describe-subgraph.ts'
import type { Link, Subgraph, Workflow, WorkflowNode } from '../document/document.ts'
import { parseWorkflow } from '../parse/parse-workflow.ts'
import { planWorkflow } from './plan-workflow.ts'
import { missingNodeTypes, requiredModels } from '../types/required-models.ts'
import { descriptions, workflow } from '../testing/descriptions.ts'
import { validateWorkflow } from '../validate/validate-workflow.ts'
import { withSeeds } from '../inputs/with-seeds.ts'

type Nodes = Record<string, WorkflowNode>

function many<Value>(n: number, make: (i: number) => [string, Value]): Record<string, Value> {
  return Object.fromEntries(Array.from({ length: n }, (_, i) => make(i)))
}

const list = <Value>(n: number, make: (i: number) => Value): Value[] =>
  Array.from({ length: n }, (_, i) => make(i))

const text = (value = 'x'): WorkflowNode => ({ type: 'text/text', inputs: { text: value } })
const preview = (link: Link | Link[]): WorkflowNode => ({ type: 'output/preview', links: { value: link } })
const start = (slots: string[], link: Link): WorkflowNode => ({
  type: 'loopback/start',
  inputs: { slots: Object.fromEntries(slots.map((slot) => [slot, 'text'])), maximum: 1 },
  links: Object.fromEntries(slots.map((slot) => [slot, link])),
})
const end = (from: string, slots: string[], link: Link): WorkflowNode => ({
  type: 'loopback/end',
  inputs: { start: from },
  links: Object.fromEntries(slots.map((slot) => [slot, link])),
})
const subgraph = (nodes: Nodes, rest: Partial<Subgraph> = {}): Subgraph => ({
  name: 'g',
  inputs: [],
  outputs: [],
  nodes,
  ...rest,
})
const longName = (i: number, length: number): string =>
  (String(i) + 'abcdefghijklmnopqrstuvwxyz'.repeat(8)).slice(0, length)

/** For each way in which a document can be large, one of size n. Where two parts multiply, both grow. */
const dimensions: Record<string, (n: number) => object> = {
  nodes: (n) => workflow(many(n, (i) => [`n${i}`, text()])),
  'a chain': (n) =>
    workflow(
      many(n, (i) => [
        `n${i}`,
        i === 0 ? text() : { type: 'text/text', links: { text: [`n${i - 1}`, 'text'] } },
      ]),
    ),
  'links into one node': (n) =>
    workflow({ t: text(), j: { type: 'text/join', links: { parts: list(n, (): Link => ['t', 'text']) } } }),
  'placeholders of one node': (n) =>
    workflow({
      t: text(),
      p: {
        type: 'text/template',
        inputs: { template: list(n, (i) => `{{p${i}}}`).join('') },
        links: many(n, (i): [string, Link] => [`p${i}`, ['t', 'text']]),
      },
    }),
  'placeholders without a link': (n) =>
    workflow({ p: { type: 'text/template', inputs: { template: list(n, (i) => `{{p${i}}}`).join('') } } }),
  'nodes that are none': (n) => workflow(many(n, (i) => [`n${i}`, 1 as never])),
  'nodes of an unknown type': (n) => workflow(many(n, (i) => [`n${i}`, { type: `no/${i}` }])),
  'links to names that are nearly right': (n) =>
    workflow(many(n, (i) => [longName(i, 90), preview([`${longName(i, 89)}?`, 'text'])])),
  'outputs that are nearly right': (n) =>
    workflow({
      s: start(
        list(n, (i) => longName(i, 90)),
        ['t', 'text'],
      ),
      t: text(),
      j: { type: 'text/join', links: { parts: list(n, (i): Link => ['s', `${longName(i, 89)}?`]) } },
    }),
  'links that are none': (n) =>
    workflow({ j: { type: 'text/join', links: { parts: list(n, () => 1) as never } } }),
  'inputs that do not exist': (n) =>
    workflow({ t: { type: 'text/text', inputs: many(n, (i) => [`k${i}`, 1]) } }),
  'groups that are none': (n) => workflow({}, { groups: list(n, () => 1) as never }),
  'unknown keys': (n) => ({ ...workflow({}), ...many(n, (i) => [`k${i}`, 1]) }),
  'unknown keys of nodes': (n) => workflow(many(n, (i) => [`n${i}`, { ...text(), [`k${i}`]: 1 }])),
  'long names': (n) => workflow(many(20, (i) => [`${i}${'x'.repeat(n * 10)}`, text()])),
  'a long text': (n) => workflow({ t: text('x'.repeat(n * 40)) }),
  'a text full of braces': (n) =>
    workflow({ t: { type: 'text/template', inputs: { template: '{{ a '.repeat(n * 4) } } }),
  'values of a literal': (n) =>
    workflow({
      s: { type: 'loopback/start', inputs: { slots: { a: list(n * 4, (i) => i) } as never, maximum: 1 } },
    }),
  'items of a wrong literal': (n) =>
    workflow({ j: { type: 'text/join', inputs: { parts: list(n, (i) => i) } } }),
  'a cycle': (n) =>
    workflow(many(n, (i) => [`n${i}`, { type: 'text/text', links: { text: [`n${(i + 1) % n}`, 'text'] } }])),
  'many cycles': (n) =>
    workflow(many(n, (i) => [`n${i}`, { type: 'text/text', links: { text: [`n${i ^ 1}`, 'text'] } }])),
  'a tangle of cycles': (n) =>
    workflow(
      many(n, (i) => [
        `n${i}`,
        {
          type: 'text/join',
          links: { parts: list(8, (k): Link => [`n${(i * 7 + k * k + 1) % n}`, 'text']) },
        },
      ]),
    ),
  'bypassed nodes in a chain': (n) =>
    workflow({
      ...many(n, (i) => [
        `n${i}`,
        { type: 'text/text', mode: 'bypass', links: { text: [i === 0 ? 't' : `n${i - 1}`, 'text'] as Link } },
      ]),
      t: text(),
      ...many(n, (i) => [`p${i}`, preview([`n${n - 1 - i}`, 'text'])]),
    }),
  'a bypassed loop with many slots': (n) => {
    const slots = list(n, (i) => `a${i}`)
    return workflow({
      t: text(),
      s: { ...start(slots, ['t', 'text']), mode: 'bypass' },
      j: { type: 'text/join', links: { parts: slots.map((slot): Link => ['s', slot]) } },
    })
  },
  'loops in a row': (n) =>
    workflow({
      t: text(),
      ...many(n, (i) => [`s${i}`, start(['a'], i === 0 ? ['t', 'text'] : [`e${i - 1}`, 'a'])]),
      ...many(n, (i) => [`e${i}`, end(`s${i}`, ['a'], [`s${i}`, 'a'])]),
    }),
  'loops within loops': (n) =>
    workflow({
      t: text(),
      ...many(n, (i) => [`s${i}`, start(['a'], i === 0 ? ['t', 'text'] : [`s${i - 1}`, 'a'])]),
      ...many(n, (i) => [`e${i}`, end(`s${i}`, ['a'], i === n - 1 ? [`s${i}`, 'a'] : [`e${i + 1}`, 'a'])]),
    }),
  'loops within loops, many times': (n) => {
    const depth = 16
    return workflow({
      t: text(),
      ...many(n, (i) => [`s${i}`, start(['a'], i % depth === 0 ? ['t', 'text'] : [`s${i - 1}`, 'a'])]),
      ...many(n, (i) => [
        `e${i}`,
        end(`s${i}`, ['a'], i % depth === depth - 1 || i === n - 1 ? [`s${i}`, 'a'] : [`e${i + 1}`, 'a']),
      ]),
    })
  },
  'loops that do not end': (n) =>
    workflow({
      t: text(),
      ...many(n, (i) => [`s${i}`, start(['a'], i === 0 ? ['t', 'text'] : [`s${i - 1}`, 'a'])]),
      ...many(n, (i) => [`e${i}`, end(`s${i}`, ['a'], ['t', 'text'])]),
    }),
  'ends of one loop': (n) => {
    const slots = list(n, (i) => `a${i}`)
    return workflow({
      t: text(),
      s: start(slots, ['t', 'text']),
      ...many(n, (i) => [`e${i}`, { type: 'loopback/end', inputs: { start: 's' } }]),
    })
  },
  'slots of one loop': (n) => {
    const slots = list(n, (i) => `a${i}`)
    return workflow({ t: text(), s: start(slots, ['t', 'text']), e: end('s', slots, ['s', 'index']) })
  },
  'axes that cross in one node': (n) =>
    workflow({
      t: text(),
      ...many(n, (i) => [`a${i}`, { type: 'matrix/each', links: { list: ['t', 'text'] as Link } }]),
      j: { type: 'text/join', links: { parts: list(n, (i): Link => [`a${i}`, 'value']) } },
    }),
  'axes that cross one by one': (n) =>
    workflow({
      t: text(),
      ...many(n, (i) => [`a${i}`, { type: 'matrix/each', links: { list: ['t', 'text'] as Link } }]),
      ...many(n, (i) => [
        `j${i}`,
        {
          type: 'text/join',
          links: {
            parts: [
              [`a${i}`, 'value'],
              [i === 0 ? 't' : `j${i - 1}`, 'text'],
            ],
          },
        },
      ]),
    }),
  'instances and outputs': (n) =>
    workflow(
      many(n, (i) => [`u${i}`, { type: 'subgraph/g' }]),
      {
        subgraphs: {
          g: subgraph(
            { t: text() },
            { outputs: list(n, (i) => ({ name: `o${i}`, type: 'text', from: ['t', 'text'] })) },
          ),
        },
      },
    ),
  'instances and inputs that are missing': (n) =>
    workflow(
      many(n, (i) => [`u${i}`, { type: 'subgraph/g' }]),
      {
        subgraphs: {
          g: subgraph(
            {
              p: {
                type: 'text/template',
                inputs: { template: list(n, (i) => `{{p${i}}}`).join('') },
                links: many(n, (i): [string, Link] => [`p${i}`, ['$in', `i${i}`]]),
              },
            },
            { inputs: list(n, (i) => ({ name: `i${i}`, type: 'text' })) },
          ),
        },
      },
    ),
  'subgraphs nobody uses': (n) =>
    workflow(
      {},
      {
        subgraphs: many(Math.min(n, 1000), (i) => [
          `g${i}`,
          subgraph(many(Math.ceil(n / 1000), (k) => [`t${k}`, text()])),
        ]),
      },
    ),
  'subgraphs within subgraphs': (n) => {
    const depth = Math.min(n, 1000)
    return workflow(
      { u: { type: 'subgraph/g0' } },
      {
        subgraphs: many(depth, (i) => [
          `g${i}`,
          subgraph(
            {
              i: i === depth - 1 ? text() : { type: `subgraph/g${i + 1}`, links: { v: ['$in', 'v'] } },
              ...many(Math.ceil(n / 1000), (k) => [`t${k}`, text()]),
            },
            {
              inputs: [{ name: 'v', type: 'text' }],
              outputs: [{ name: 'o', type: 'text', from: i === depth - 1 ? ['i', 'text'] : ['i', 'o'] }],
            },
          ),
        ]),
      },
    )
  },
  'subgraphs that double': (n) =>
    workflow(
      { u: { type: 'subgraph/g0' } },
      {
        subgraphs: many(Math.min(n, 1000), (i) => [
          `g${i}`,
          subgraph({
            a: { type: `subgraph/g${i + 1}` },
            b: { type: `subgraph/g${i + 1}` },
            ...many(Math.ceil(n / 1000), (k) => [`t${k}`, text()]),
          }),
        ]),
      },
    ),
  'a subgraph used many times': (n) =>
    workflow(
      many(n, (i) => [`u${i}`, { type: 'subgraph/g' }]),
      { subgraphs: { g: subgraph({ t: text(), p: preview(['t', 'text']) }) } },
    ),
  'required models': (n) =>
    workflow(
      many(n, (i) => [`m${i}`, { type: 'loading/model', inputs: { file: `f/${i}.gguf` } }]),
      {
        requires: { models: list(n, (i) => ({ file: `${i % 2 === 0 ? 'f' : 'g'}/${i}.gguf` })) },
      },
    ),
  'items of the app view': (n) => workflow({ t: text() }, { app: list(n, () => ({ node: 't' })) }),
}

const types = new Map(descriptions.map((description) => [description.type, description]))

/** Everything that is done with a document before it runs. */
function prepare(json: string): void {
  const { workflow } = parseWorkflow(json)
  if (workflow === undefined) return
  const all = describeTypes(workflow, types)
  const issues = validateWorkflow(workflow, types)
  validateWorkflow(workflow, types, { targets: Object.keys(workflow.nodes).slice(-1) })
  if (issues.length === 0) planWorkflow(workflow, types)
  requiredModels(workflow, all)
  missingNodeTypes(workflow, all)
  withSeeds(workflow, seedsOf(workflow))
}

function seedsOf({ nodes }: Workflow): Record<string, number> {
  return Object.fromEntries(
    Object.keys(nodes).map((id) => [nodes[id]?.type === 'subgraph/g' ? `${id}/t` : id, 1]),
  )
}

function millisecondsOf(json: string): number {
  const from = process.cpuUsage()
  prepare(json)
  const { user, system } = process.cpuUsage(from)
  return (user + system) / 1000
}

/** What is too short to be measured among collected garbage and compiled code. */
const noise = 60

for (const [name, make] of Object.entries(dimensions)) {
  test(`four times as much costs at most 2.3 × 2.3 times: ${name}`, () => {
    const [small, large] = [make(500), make(2000)].map((document) => JSON.stringify(document)) as [
      string,
      string,
    ]
    let least = { small: 0, large: Infinity }
    // what else the process does only adds to a measurement, so the least of several is nearest to the truth
    for (let i = 0; i < 6 && least.large > noise && least.large > least.small * 2.3 * 2.3; i++) {
      least = {
        small: Math.min(least.small || Infinity, millisecondsOf(small)),
        large: Math.min(least.large, millisecondsOf(large)),
      }
    }
    expect(least.large).toBeLessThanOrEqual(Math.max(noise, least.small * 2.3 * 2.3))
  })
}
