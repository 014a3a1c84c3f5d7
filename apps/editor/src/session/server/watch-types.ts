import { describeTypes, type NodeDescription, type Subgraph } from '@woolgather/workflow'
import { inputsNode, newPort, outputsNode, subgraphAt } from '../../document/scope.ts'
import { portTypeNamed } from '../../document/inputs-of.ts'
import type { Editor } from '../../store/editor.ts'
import { watchFront } from '../../store/tab-store.ts'
import { presentOf } from '../editing/edit-graph.ts'

/** Puts together the types the open graph can use: the server's, the document's subgraphs, and the border around it. */
export function updateTypes(editor: Editor): void {
  const { nodes = [] } = editor.server.getState()
  const workflow = presentOf(editor)
  const described = describeTypes(workflow, nodes)
  const id = subgraphAt(workflow, editor.front.document.getState().path)
  const subgraph = id === undefined ? undefined : workflow.subgraphs?.[id]
  const border = subgraph ? describeBorder(subgraph) : []
  editor.server.setState({
    byType: new Map([...described, ...border.map((one) => [one.type, one] as const)]),
  })
}

/** Inside, what comes in are outputs of a node, and what goes out are inputs of one. */
function describeBorder({ inputs, outputs }: Subgraph): NodeDescription[] {
  const common = { version: 1, family: 'subgraph' }
  const port = ({ name, type }: { name: string; type: string }) => ({
    name,
    type: portTypeNamed(type),
    description: '',
  })
  const fresh = { name: newPort, type: 'any' as const, description: 'Link it to make a new one' }
  return [
    {
      ...common,
      type: inputsNode,
      title: 'Inputs',
      description: 'What the subgraph is given',
      inputs: [],
      outputs: [...inputs.map(port), fresh],
    },
    {
      ...common,
      type: outputsNode,
      title: 'Outputs',
      description: 'What the subgraph gives',
      inputs: [...outputs.map(port), fresh].map((one) => ({ ...one, title: one.name, required: false })),
      outputs: [],
    },
  ]
}

/** Keeps them up to date as other graphs are opened. Returns how to stop. */
export function watchTypes(editor: Editor): () => void {
  return watchFront(
    editor.tabs,
    (tab) => tab.document,
    (state, before) => {
      if (state.history.present.subgraphs !== before.history.present.subgraphs || state.path !== before.path)
        updateTypes(editor)
    },
  )
}
