import type { NodeDescription, Workflow, WorkflowNode } from '@woolgather/workflow'
import { chooseControl } from '../../document/choose-control.ts'
import type { Editor } from '../../store/editor.ts'
import type { Tab } from '../../store/tab.ts'

type Types = ReadonlyMap<string, NodeDescription>
type Nodes = Workflow['nodes']

/**
 * The workflow to run next. A seed that counts on is one more than in the run before, if that had the one which stands
 * there; so what is seen is always what ran last. One that is kept stays, and the server draws the others.
 */
export function moveSeeds(editor: Editor, tab: Tab): Workflow {
  const { history, dispatch } = tab.document.getState()
  const { sentSeeds } = tab.run.getState()
  const moved = mapCounting(history.present, editor.server.getState().byType, sentSeeds)
  if (moved !== history.present)
    dispatch({ type: 'batch', actions: [{ type: 'workflow.replace', workflow: moved }], merge: 'seeds' })
  tab.run.setState({ sentSeeds: new Map(countingSeeds(moved)) })
  return moved
}

function mapCounting(workflow: Workflow, types: Types, sent: ReadonlyMap<string, number>): Workflow {
  const nodes = mapNodes('', workflow.nodes, types, sent)
  const inner = Object.entries(workflow.subgraphs ?? {}).map(
    ([id, subgraph]) => [id, subgraph, mapNodes(`${id}/`, subgraph.nodes, types, sent)] as const,
  )
  if (nodes === workflow.nodes && inner.every(([, before, after]) => before.nodes === after)) return workflow
  const subgraphs = Object.fromEntries(inner.map(([id, before, after]) => [id, { ...before, nodes: after }]))
  return { ...workflow, nodes, ...(inner.length > 0 && { subgraphs }) }
}

function mapNodes(prefix: string, nodes: Nodes, types: Types, sent: ReadonlyMap<string, number>): Nodes {
  const changed: Nodes = {}
  for (const [id, node] of Object.entries(nodes)) {
    for (const input of node.view?.counting ?? []) {
      const value = node.inputs?.[input]
      if (typeof value !== 'number' || sent.get(keyOf(prefix, id, input)) !== value) continue
      const now = changed[id] ?? node
      const next = value >= maximumOf(node, input, types) ? 0 : value + 1
      changed[id] = { ...now, inputs: { ...now.inputs, [input]: next } }
    }
  }
  return Object.keys(changed).length === 0 ? nodes : { ...nodes, ...changed }
}

function maximumOf({ type }: WorkflowNode, input: string, types: Types): number {
  const description = types.get(type)
  const found = description?.inputs.find(({ name }) => name === input)
  const control = found && chooseControl(found, description)
  return control?.kind === 'seed' ? control.maximum : Number.MAX_SAFE_INTEGER
}

function* countingSeeds({ nodes, subgraphs = {} }: Workflow): Generator<[string, number]> {
  yield* countingIn('', nodes)
  for (const [id, inner] of Object.entries(subgraphs)) yield* countingIn(`${id}/`, inner.nodes)
}

function* countingIn(prefix: string, nodes: Nodes): Generator<[string, number]> {
  for (const [id, { view, inputs }] of Object.entries(nodes))
    for (const input of view?.counting ?? []) {
      const value = inputs?.[input]
      if (typeof value === 'number') yield [keyOf(prefix, id, input), value]
    }
}

function keyOf(prefix: string, id: string, input: string): string {
  return `${prefix}${id}\n${input}`
}
