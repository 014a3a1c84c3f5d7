import fc from 'fast-check'
import type { Link, Workflow, WorkflowNode } from '@woolgather/workflow'
import { graph } from './graph.ts'

/** Choices out of which one node is built on those before it; numbers are taken modulo what there is. */
interface Choice {
  kind: number
  a: number
  b: number
  c: number
  n: number
  over: boolean
}

// without bias: small numbers would all pick the first nodes
const choice: fc.Arbitrary<Choice> = fc.noBias(
  fc.record({
    kind: fc.nat(9),
    a: fc.nat(1000),
    b: fc.nat(1000),
    c: fc.nat(1000),
    n: fc.integer({ min: 0, max: 3 }),
    over: fc.boolean(),
  }),
)

/** As many axes as stay quick to enumerate without a plan. */
const mostAxes = 4

/** Workflows of the test nodes with axes (ragged ones too), gathering, lazy branches, failures and loops. */
export const arbitraryGraph: fc.Arbitrary<Workflow> = fc
  .array(choice, { minLength: 1, maxLength: 12, size: 'max' })
  .map((choices) => graph(build(choices)))

function build(choices: Choice[]): Record<string, WorkflowNode> {
  const nodes: Record<string, WorkflowNode> = {
    n: { type: 'test/constant', inputs: { value: 2 } },
    x: { type: 'test/axis', inputs: { values: [1, 2] } },
    y: { type: 'test/axis', inputs: { values: [0, 3, 5] } },
  }
  // nodes others may read: those inside a loop are not among them
  const readable: Link[] = ['n', 'x', 'y'].map((id) => [id, 'value'])
  let axes = 2
  choices.forEach(({ kind, a, b, c, n, over }, i) => {
    const id = `n${i}`
    const pick = (number: number): Link => readable[number % readable.length] as Link
    const made = kind === 2 || kind === 3
    const which = made && axes >= mostAxes ? 0 : kind
    if (made && which === kind) axes++
    switch (which) {
      case 1:
        nodes[id] = { type: 'test/fail', inputs: { on: n }, links: { value: pick(a) } }
        readable.push([id, 'value'])
        break
      case 2:
        nodes[id] = {
          type: 'test/axis',
          inputs: { values: Array.from({ length: n }, (_, item) => item * 3 + (a % 3)) },
        }
        readable.push([id, 'value'])
        break
      case 3:
        nodes[id] = { type: 'test/range', links: { n: pick(a) } }
        readable.push([id, 'value'])
        break
      case 4:
      case 5: {
        const named = axisMakers(nodes)[b % Math.max(1, axisMakers(nodes).length)] ?? ''
        nodes[id] = { type: 'test/gather', inputs: { over: over ? named : '' }, links: { values: pick(a) } }
        readable.push([id, 'total'])
        break
      }
      case 6:
        nodes[`${id}even`] = { type: 'test/even', links: { n: pick(a) } }
        nodes[id] = {
          type: 'test/choose',
          links: { condition: [`${id}even`, 'boolean'], yes: pick(b), no: pick(c) },
        }
        readable.push([id, 'value'])
        break
      case 7:
        nodes[`${id}start`] = {
          type: 'test/start',
          inputs: { slots: { n: 'number' }, maximum: n },
          links: { n: pick(a) },
        }
        nodes[`${id}body`] = { type: 'test/add', links: { a: [`${id}start`, 'n'], b: pick(b) } }
        nodes[id] = { type: 'test/end', inputs: { start: `${id}start` }, links: { n: [`${id}body`, 'sum'] } }
        readable.push([id, 'n'])
        break
      default:
        nodes[id] = { type: 'test/add', links: { a: pick(a), b: pick(b) } }
        readable.push([id, 'sum'])
    }
  })
  return nodes
}

function axisMakers(nodes: Record<string, WorkflowNode>): string[] {
  return Object.keys(nodes).filter(
    (id) => nodes[id]?.type === 'test/axis' || nodes[id]?.type === 'test/range',
  )
}
