import {
  subgraphPrefix,
  type Link,
  type Subgraph,
  type Workflow,
  type WorkflowNode,
} from '@woolgather/workflow'
import type { DocumentAction } from './actions.ts'
import { isSingle } from './inputs-of.ts'
import { reduceDocument } from './reduce-document.ts'

/** Inside a subgraph, its inputs and its outputs stand as one node each. No node of a document can have these names. */
export const inputsNode = '$in'
export const outputsNode = '$out'

/** The port of the border that makes a new one of whatever is linked to it. */
export const newPort = '+'

export function isBorder(id: string): boolean {
  return id === inputsNode || id === outputsNode
}

/** How far the border stands from what is inside, where it was never moved, in graph units. */
const borderDistance = 360
const borderWidth = 200

/** The subgraph that is reached through these nodes, outermost first; undefined at the root, or where one is gone. */
export function subgraphAt(workflow: Workflow, path: readonly string[]): string | undefined {
  let nodes = workflow.nodes
  let id: string | undefined
  for (const step of path) {
    id = subgraphOf(nodes[step])
    const subgraph = id === undefined ? undefined : workflow.subgraphs?.[id]
    if (!subgraph) return undefined
    nodes = subgraph.nodes
  }
  return id
}

/** A node by its instance path: its id, or through the nodes that stand for subgraphs `outer/inner`. */
export function nodeAt(workflow: Workflow, path: string): WorkflowNode | undefined {
  const steps = path.split('/')
  const id = steps.pop() ?? ''
  if (steps.length === 0) return workflow.nodes[id]
  return workflow.subgraphs?.[subgraphAt(workflow, steps) ?? '']?.nodes[id]
}

/** The id of the subgraph a node stands for. */
export function subgraphOf(node: WorkflowNode | undefined): string | undefined {
  return node?.type.startsWith(subgraphPrefix) ? node.type.slice(subgraphPrefix.length) : undefined
}

/** As much of a path as still exists, after undo took a subgraph away. */
export function existingPath(workflow: Workflow, path: readonly string[]): readonly string[] {
  for (let length = path.length; length > 0; length--)
    if (subgraphAt(workflow, path.slice(0, length)) !== undefined)
      return length === path.length ? path : path.slice(0, length)
  return path.length === 0 ? path : []
}

/** A change to the inside of a subgraph, or to the root. What concerns the whole workflow is the same everywhere. */
export function reduceIn(workflow: Workflow, action: DocumentAction, subgraph: string | undefined): Workflow {
  if (subgraph === undefined || concernsWorkflow(action)) return reduceDocument(workflow, action)
  if (action.type === 'batch')
    return action.actions.reduce((before, step) => reduceIn(before, step, subgraph), workflow)
  const inside = openInside(workflow, subgraph)
  const edited = reduceDocument(inside, action)
  return edited === inside ? workflow : closeInside(workflow, subgraph, edited)
}

function concernsWorkflow({ type }: DocumentAction): boolean {
  return (
    type === 'workflow.rename' ||
    type === 'workflow.replace' ||
    type === 'app.set' ||
    type.startsWith('subgraph.')
  )
}

/** The inside of a subgraph as a graph of its own, its border as two nodes. */
export function openInside(workflow: Workflow, id: string): Workflow {
  const subgraph = workflow.subgraphs?.[id]
  if (!subgraph) return workflow
  const { groups: _, ...rest } = workflow
  const { left, right, top } = boundsOf(subgraph)
  const links = Object.fromEntries(subgraph.outputs.map(({ name, from }) => [name, from]))
  const nodes = {
    [inputsNode]: {
      type: inputsNode,
      view: { width: borderWidth, ...(subgraph.view?.inputs ?? { x: left - borderDistance, y: top }) },
    },
    ...subgraph.nodes,
    [outputsNode]: {
      type: outputsNode,
      links,
      view: { width: borderWidth, ...(subgraph.view?.outputs ?? { x: right + borderDistance, y: top }) },
    },
  }
  return { ...rest, nodes, ...(subgraph.groups && { groups: subgraph.groups }) }
}

/** The workflow with an edited inside back in its place. An output whose link was taken away is an output no more. */
function closeInside(workflow: Workflow, id: string, edited: Workflow): Workflow {
  const before = workflow.subgraphs?.[id]
  if (!before) return workflow
  const { [inputsNode]: into, [outputsNode]: out, ...nodes } = edited.nodes
  const { groups: _, ...rest } = before
  const after: Subgraph = {
    ...rest,
    nodes,
    outputs: before.outputs.flatMap((output) => {
      const from = linkOf(out, output.name)
      return from ? [{ ...output, from }] : []
    }),
    view: { inputs: placeOf(into), outputs: placeOf(out) },
    ...(edited.groups && { groups: edited.groups }),
  }
  return { ...workflow, subgraphs: { ...workflow.subgraphs, [id]: after } }
}

function linkOf(out: WorkflowNode | undefined, name: string): Link | undefined {
  const value = out?.links?.[name]
  return value === undefined || isSingle(value) ? value : value[0]
}

function placeOf(node: WorkflowNode | undefined): { x: number; y: number } {
  return { x: node?.view?.x ?? 0, y: node?.view?.y ?? 0 }
}

function boundsOf({ nodes }: Subgraph): { left: number; right: number; top: number } {
  const views = Object.values(nodes).map(({ view }) => ({ x: view?.x ?? 0, y: view?.y ?? 0 }))
  if (views.length === 0) return { left: 0, right: 0, top: 0 }
  return {
    left: Math.min(...views.map(({ x }) => x)),
    right: Math.max(...views.map(({ x }) => x)),
    top: Math.min(...views.map(({ y }) => y)),
  }
}
