import type { Json, Link, Workflow, WorkflowNode } from '@woolgather/workflow'
import { linksInto } from '../document/inputs-of.ts'

/** One thing that is otherwise in a node: an input, its mode, its type. Absent: there is none on that side. */
export interface NodeDifference {
  name: string
  before?: string | undefined
  after?: string | undefined
}

/** What became of a node from one workflow to another. */
export interface NodeChange {
  /** Its id; within subgraphs `subgraph/node`. */
  node: string
  kind: 'added' | 'removed' | 'changed'
  type: string
  title?: string | undefined
  differences: NodeDifference[]
}

/** What is otherwise in the second workflow, as far as it can matter for a run: places, colours and titles cannot. */
export function compareWorkflows(before: Workflow, after: Workflow): NodeChange[] {
  const old = allNodes(before)
  const now = allNodes(after)
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((node): NodeChange[] => {
    const a = old.get(node)
    const b = now.get(node)
    const some = b ?? a
    if (some === undefined) return []
    const change = { node, type: some.type, title: some.view?.title }
    if (a === undefined) return [{ ...change, kind: 'added', differences: [] }]
    if (b === undefined) return [{ ...change, kind: 'removed', differences: [] }]
    const differences = compareNodes(a, b)
    return differences.length === 0 ? [] : [{ ...change, kind: 'changed', differences }]
  })
}

function allNodes({ nodes, subgraphs = {} }: Workflow): Map<string, WorkflowNode> {
  const inner = Object.entries(subgraphs).flatMap(([id, subgraph]) =>
    Object.entries(subgraph.nodes).map(([node, value]): [string, WorkflowNode] => [`${id}/${node}`, value]),
  )
  return new Map([...Object.entries(nodes), ...inner])
}

function compareNodes(before: WorkflowNode, after: WorkflowNode): NodeDifference[] {
  const names = [before, after].flatMap(({ inputs = {}, links = {} }) => [
    ...Object.keys(inputs),
    ...Object.keys(links),
  ])
  const pairs: NodeDifference[] = [
    { name: 'type', before: before.type, after: after.type },
    { name: 'mode', before: before.mode, after: after.mode },
    ...[...new Set(names)].map((name) => ({
      name,
      before: inputText(before, name),
      after: inputText(after, name),
    })),
  ]
  return pairs.filter((pair) => pair.before !== pair.after)
}

/** What an input holds: its literal, or where its links come from. */
function inputText(node: WorkflowNode, name: string): string | undefined {
  const links = linksInto(node, name)
  if (links.length > 0) return links.map(linkText).join(', ')
  const literal = node.inputs?.[name]
  return literal === undefined ? undefined : literalText(literal)
}

function linkText([node, output]: Link): string {
  return `← ${node}.${output}`
}

function literalText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
