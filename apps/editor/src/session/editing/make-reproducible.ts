import type { NodeDescription, WorkflowNode } from '@woolgather/workflow'
import { linksInto } from '../../document/inputs-of.ts'
import type { Editor } from '../../store/editor.ts'
import { graphOf } from './edit-graph.ts'

/** The setting of nodes that load models. */
const input = 'reproducible'

/** Nodes behind one that load its models, and do not load them reproducibly yet. */
export function loadersBehind(
  id: string,
  nodes: Readonly<Record<string, WorkflowNode>>,
  types: ReadonlyMap<string, NodeDescription>,
): string[] {
  const seen = new Set<string>()
  const visit = (each: string): void => {
    const node = nodes[each]
    if (seen.has(each) || !node) return
    seen.add(each)
    for (const name of Object.keys(node.links ?? {})) for (const [from] of linksInto(node, name)) visit(from)
  }
  visit(id)
  return [...seen].filter((each) => {
    const { type, inputs, links } = nodes[each]!
    const isLoader = types
      .get(type)
      ?.inputs.some(({ name, type: port }) => name === input && port === 'boolean')
    return isLoader === true && inputs?.[input] !== true && links?.[input] === undefined
  })
}

/** As one step, to be undone as one. */
export function makeReproducible(editor: Editor, loaders: readonly string[]): void {
  const { nodes } = graphOf(editor)
  const { dispatch, closeStep } = editor.front.document.getState()
  closeStep()
  const actions = loaders
    .filter((node) => nodes[node] !== undefined)
    .map((node) => ({ type: 'input.set' as const, node, input, value: true }))
  dispatch({ type: 'batch', actions })
  closeStep()
}
